using System.Globalization;
using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>Reads the string form of label selectors: <c>a=b, c!=d, e in (f,g), h notin (i), j, !k, l&gt;1</c>.</summary>
internal ref struct LabelSelectorParser
{
    private readonly ReadOnlySpan<char> _text;
    private int _position;
    private string? _error;

    private LabelSelectorParser(ReadOnlySpan<char> text) => _text = text;

    private readonly bool AtEnd => _position >= _text.Length;

    public static bool TryParse(string text, out LabelSelector selector, out string? error)
    {
        var parser = new LabelSelectorParser(text);
        var requirements = parser.ParseAll();
        error = parser._error is null ? null : $"unable to parse requirement: {parser._error}";
        selector = new LabelSelector { MatchExpressions = requirements.ToEquatableArray() };
        return error is null;
    }

    private List<LabelRequirement> ParseAll()
    {
        var requirements = new List<LabelRequirement>();
        SkipSpace();
        if (AtEnd)
            return requirements;
        do
            requirements.Add(ParseOne());
        while (_error is null && Take(','));
        if (_error is null && !AtEnd)
            Fail("',' or the end of the selector");
        return requirements;
    }

    private LabelRequirement ParseOne()
    {
        var absent = Take('!');
        var key = Word();
        if (LabelSyntax.ErrorInKey(key) is { } error)
            _error ??= key.Length == 0 ? Found("identifier") : $"key: Invalid value: \"{key}\": {error}";
        if (absent)
            return new LabelRequirement { Key = key, Operator = "DoesNotExist" };
        if (AtEnd || Peek(','))
            return new LabelRequirement { Key = key, Operator = "Exists" };
        var op = TakeOperator(out var isSet);
        List<string> values = op.Length == 0 ? [] : isSet ? ParseSet() : ParseValue(op);
        return new LabelRequirement { Key = key, Operator = op, Values = values.ToEquatableArray() };
    }

    private string TakeOperator(out bool isSet)
    {
        isSet = false;
        if (Take('!'))
            return Take('=') ? "NotIn" : Fail("'!='");
        if (Take('='))
        {
            Take('=');
            return "In";
        }

        if (Take('>'))
            return "Gt";
        if (Take('<'))
            return "Lt";
        isSet = true;
        var start = _position;
        var word = Word();
        if (word is "in" or "notin")
            return word == "in" ? "In" : "NotIn";
        _position = start;
        return Fail("in, notin, =, ==, !=, gt, lt");
    }

    private List<string> ParseSet()
    {
        var values = new List<string>();
        if (!Take('('))
        {
            Fail("'('");
            return values;
        }

        do
            values.Add(CheckedValue(Word()));
        while (_error is null && Take(','));
        if (!Take(')'))
            Fail("',' or ')'");
        values.Sort(StringComparer.Ordinal);
        return values;
    }

    private List<string> ParseValue(string op)
    {
        var value = CheckedValue(Word());
        if (op is "Gt" or "Lt" && !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            _error ??= $"values[0]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, the value must be an integer";
        return [value];
    }

    private string CheckedValue(string value)
    {
        if (LabelSyntax.ErrorInValue(value) is { } error)
            _error ??= $"values[0][{value}]: Invalid value: \"{value}\": {error}";
        return value;
    }

    private string Word()
    {
        SkipSpace();
        var rest = _text[_position..];
        var length = rest.IndexOfAny("=!<>(), \t\r\n");
        var word = length < 0 ? rest : rest[..length];
        _position += word.Length;
        SkipSpace();
        return word.ToString();
    }

    private bool Peek(char expected)
    {
        SkipSpace();
        return !AtEnd && _text[_position] == expected;
    }

    private bool Take(char expected)
    {
        if (!Peek(expected))
            return false;
        _position++;
        return true;
    }

    private void SkipSpace()
    {
        while (!AtEnd && char.IsWhiteSpace(_text[_position]))
            _position++;
    }

    private string Fail(string expected)
    {
        _error ??= Found(expected);
        return "";
    }

    private readonly string Found(string expected) => $"found '{_text[Math.Min(_position, _text.Length)..]}', expected: {expected}";
}
