namespace Weft.Lab.Native.StandIns;

/// <summary>Reads one value of a rule.</summary>
internal delegate bool RuleParser(ReadOnlySpan<char> text, out int value);

/// <summary>Numbers by path prefix, as annotations write them: <c>503</c>, or <c>/healthz=500,/old=404</c>.</summary>
/// <remarks>Sorted by length, longest first, so that the first match is the most specific one.</remarks>
internal sealed class PathRules
{
    private readonly List<(string Prefix, int Value)> _rules = [];

    /// <summary>Rules that never match.</summary>
    public static PathRules None { get; } = new();

    /// <summary>Reads an annotation; a rule that cannot be read is left out and named in <paramref name="problem"/>.</summary>
    public static PathRules Parse(string? text, RuleParser parser, out string? problem)
    {
        problem = null;
        var rules = new PathRules();
        foreach (var rule in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = rule.LastIndexOf('=');
            if (parser(rule.AsSpan(equals + 1).Trim(), out var value) && (equals < 0 || rule[0] == '/'))
                rules._rules.Add((equals < 0 ? "" : rule[..equals].Trim(), value));
            else
                problem = $"cannot read '{rule}': write VALUE or /PREFIX=VALUE";
        }

        rules._rules.Sort((a, b) => b.Prefix.Length - a.Prefix.Length);
        return rules;
    }

    /// <summary>The value for a request target.</summary>
    public int For(ReadOnlySpan<byte> target, int otherwise)
    {
        foreach (var (prefix, value) in _rules)
        {
            if (prefix.Length <= target.Length && System.Text.Ascii.Equals(target[..prefix.Length], prefix))
                return value;
        }

        return otherwise;
    }
}
