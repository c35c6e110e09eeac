using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Routing;

/// <summary>Rules by which names stand for others, ready for use.</summary>
internal sealed class RewriteRules
{
    private readonly (Func<string, string?> Rewrite, bool Continues)[] _rules;

    public RewriteRules(EquatableArray<NameRewrite> rules) =>
        _rules = [.. rules.Select(rule => (rule.Match == RewriteMatch.Regex ? ByExpression(rule) : ByText(rule), rule.Continues))];

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _rules.Length == 0;

    /// <summary>The name that another stands for; null when it stands for itself, or a rule makes no name of it.</summary>
    public DnsName? Apply(ReadOnlySpan<byte> name)
    {
        var before = DnsName.FromWire(name).ToString().ToLowerInvariant();
        var text = before;
        foreach (var (rewrite, continues) in _rules)
        {
            if (rewrite(text) is not { } changed)
                continue;
            text = changed;
            if (!continues)
                break;
        }

        return text != before && DnsName.TryParse(text, out var other, out _) ? other : null;
    }

    private static Func<string, string?> ByText(NameRewrite rule) => rule.Match switch
    {
        RewriteMatch.Exact => name => name == rule.From ? rule.To : null,
        RewriteMatch.Prefix => name => name.StartsWith(rule.From, StringComparison.Ordinal) ? rule.To + name[rule.From.Length..] : null,
        RewriteMatch.Suffix => name => name.EndsWith(rule.From, StringComparison.Ordinal) ? name[..^rule.From.Length] + rule.To : null,
        _ => name => name.Contains(rule.From, StringComparison.Ordinal) ? name.Replace(rule.From, rule.To, StringComparison.Ordinal) : null,
    };

    // By itself: without such a rule the library is not loaded.
    private static Func<string, string?> ByExpression(NameRewrite rule)
    {
        var expression = NameRewrite.Expression(rule.From);
        return name => expression.Match(name) is { Success: true } match ? Fill(rule.To, match) : null;
    }

    private static string Fill(string template, Match match)
    {
        var text = new StringBuilder(template);
        for (var group = 0; group < match.Groups.Count; group++)
            text.Replace(string.Create(CultureInfo.InvariantCulture, $"{{{group}}}"), match.Groups[group].Value);
        return text.ToString();
    }
}
