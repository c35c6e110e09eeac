using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Selectors;

/// <summary>Reads label selectors: requirements separated by commas.</summary>
/// <remarks><c>KEY</c>, <c>!KEY</c>, <c>KEY (=|==|!=) VALUE</c>, <c>KEY (in|notin) (VALUES)</c>, <c>KEY (&lt;|&gt;) NUMBER</c>.</remarks>
internal ref struct LabelSelectorParser
{
    private ReadOnlySpan<char> _rest;

    public static IReadOnlyList<LabelRequirement> Parse(string text)
    {
        var parser = new LabelSelectorParser { _rest = text };
        var requirements = new List<LabelRequirement>();
        do
            requirements.Add(parser.Requirement());
        while (parser.Skip(','));
        parser.SkipSpace();
        if (!parser._rest.IsEmpty)
            throw Unexpected(parser._rest, "',' or 'end of string'");
        return requirements;
    }

    private LabelRequirement Requirement()
    {
        if (Skip('!'))
            return new(Key(), LabelOperator.DoesNotExist, []);
        var key = Key();
        SkipSpace();
        if (_rest.IsEmpty || _rest[0] == ',')
            return new(key, LabelOperator.Exists, []);
        if (Skip('='))
        {
            Skip('=');
            return new(key, LabelOperator.In, [Value()]);
        }
        if (_rest.StartsWith("!="))
        {
            _rest = _rest[2..];
            return new(key, LabelOperator.NotIn, [Value()]);
        }
        if (Skip('>'))
            return new(key, LabelOperator.GreaterThan, [Integer()]);
        if (Skip('<'))
            return new(key, LabelOperator.LessThan, [Integer()]);
        var word = Word();
        return word switch
        {
            "in" => new(key, LabelOperator.In, Values()),
            "notin" => new(key, LabelOperator.NotIn, Values()),
            _ => throw Unexpected(word.Length > 0 ? word : _rest, "in, notin, =, ==, !=, gt, lt"),
        };
    }

    private List<string> Values()
    {
        if (!Skip('('))
            throw Unexpected(_rest, "'('");
        var values = new List<string>();
        do
            values.Add(Value());
        while (Skip(','));
        if (!Skip(')'))
            throw Unexpected(_rest, "',' or ')'");
        return values;
    }

    private string Key()
    {
        var key = Word();
        if (key.Length == 0)
            throw Unexpected(_rest, "!, identifier");
        if (Formats.QualifiedName(key) is { } problem)
            throw new FormatException($"unable to parse requirement: key: Invalid value: \"{key}\": {problem}");
        return key;
    }

    private string Value()
    {
        var value = Word();
        if (Formats.LabelValue(value) is { } problem)
            throw new FormatException($"unable to parse requirement: values[0]: Invalid value: \"{value}\": {problem}");
        return value;
    }

    private string Integer()
    {
        var value = Word();
        return long.TryParse(value, out _)
            ? value
            : throw new FormatException($"unable to parse requirement: values[0]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, the value must be an integer");
    }

    private string Word()
    {
        SkipSpace();
        var end = _rest.IndexOfAny(" \t\r\n=!(),<>");
        var word = (end < 0 ? _rest : _rest[..end]).ToString();
        _rest = _rest[word.Length..];
        return word;
    }

    private bool Skip(char c)
    {
        SkipSpace();
        if (_rest.IsEmpty || _rest[0] != c || (c == '!' && _rest.StartsWith("!=")))
            return false;
        _rest = _rest[1..];
        return true;
    }

    private void SkipSpace() => _rest = _rest.TrimStart();

    private static FormatException Unexpected(ReadOnlySpan<char> found, string expected) =>
        new($"unable to parse requirement: found '{found}', expected: {expected}");
}
