using Weft.Model.Nftables;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>The rules of a class by what the comments of its verdicts call them.</summary>
/// <param name="class">The class.</param>
/// <param name="audited">Whether pods have it for audit.</param>
internal sealed class ClassComments(PolicyClass @class, bool audited)
{
    private readonly Dictionary<string, CountedRule?> _rules = new(StringComparer.Ordinal);

    /// <summary>The rule behind a verdict; null where nobody said anything, and for what is only accepted under audit: it counts where it is enforced.</summary>
    public CountedRule? Find(NftElement verdict)
    {
        var comment = verdict.Comment ?? "";
        if (!_rules.TryGetValue(comment, out var rule))
            _rules[comment] = rule = Read(comment, verdict.Verdict == NftVerdict.Accept);
        return rule;
    }

    private CountedRule? Read(string comment, bool accepts)
    {
        if (accepts && audited)
            return null;
        foreach (var rule in @class.Admin.Concat(@class.Namespaced).Concat(@class.Baseline))
        {
            if (PolicyElements.Shorten(rule.Name.ToString()) == comment)
                return new CountedRule(@class.Direction, audited, accepts, [PolicyIdentity.Of(rule.Name)], rule.Name.RuleText);
        }

        return accepts ? null : new CountedRule(@class.Direction, audited, Accepts: false, [.. @class.IsolatedBy.Select(PolicyIdentity.Of)], "default");
    }
}
