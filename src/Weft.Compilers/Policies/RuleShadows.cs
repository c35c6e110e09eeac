using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>Rules that never decide, because one that is asked first matches all that they match.</summary>
internal static class RuleShadows
{
    /// <summary>Finds them among policies in their order.</summary>
    public static IEnumerable<Problem> Of(IReadOnlyList<CompiledPolicy> policies)
    {
        foreach (var direction in new[] { PolicyDirection.Ingress, PolicyDirection.Egress })
        {
            for (var i = 0; i < policies.Count; i++)
            {
                var rules = policies[i].Part(direction)?.Rules ?? [];
                for (var k = 0; k < rules.Length; k++)
                {
                    if (FirstOver(policies, i, k, direction) is { } first)
                        yield return new Problem(policies[i].ObjectName, "RuleShadowed", $"{Place(rules[k].Name)} never decides: {Shown(first.Name, rules[k].Name)} matches all that it matches, and is asked first");
                }
            }
        }
    }

    private static RuleDraft? FirstOver(IReadOnlyList<CompiledPolicy> policies, int policy, int rule, PolicyDirection direction)
    {
        var own = policies[policy];
        var shadowed = own.Part(direction)!.Rules[rule];
        for (var i = 0; i <= policy; i++)
        {
            if (policies[i].Tier != own.Tier || policies[i].IsAudited != own.IsAudited || !Covers(policies[i].Subject, own.Subject))
                continue;
            var rules = policies[i].Part(direction)?.Rules ?? [];
            var found = Array.Find(i == policy ? rules[..rule] : rules, first => Covers(first, shadowed));
            if (found is not null)
                return found;
        }

        return null;
    }

    private static bool Covers(RuleDraft first, RuleDraft other) =>
        (first.Peers is null || (other.Peers is { } peers && Array.TrueForAll(peers, peer => Array.Exists(first.Peers, wide => Covers(wide, peer)))))
        && (first.Ports is null || (other.Ports is { } ports && Array.TrueForAll(ports, port => Array.Exists(first.Ports, wide => Covers(wide, port)))));

    private static bool Covers(RuleTerm wide, RuleTerm narrow) => ReferenceEquals(wide, narrow) || (wide, narrow) switch
    {
        (PodTerm all, PodTerm pods) => all.Pods.Text.Length == 0 && (all.Namespace is not null
            ? all.Namespace == pods.Namespace
            : all.Namespaces.Text.Length == 0 || (pods.Namespace is null && pods.Namespaces.Text == all.Namespaces.Text)),
        (BlockTerm all, BlockTerm block) => all.Except.Length == 0 && all.Range.Contains(block.Range),
        _ => false,
    };

    private static bool Covers(PortDraft wide, PortDraft narrow) => wide.Name is null && narrow.Name is null
        ? wide.Range.Protocol == narrow.Range.Protocol && wide.Range.First <= narrow.Range.First && narrow.Range.Last <= wide.Range.Last
        : wide.Name == narrow.Name && (wide.Range.Protocol == 0 || wide.Range.Protocol == narrow.Range.Protocol);

    private static string Shown(PolicyRuleName first, PolicyRuleName other) => first.Policy == other.Policy ? Place(first) : first.ToString();

    private static string Place(PolicyRuleName rule) => (rule with { Kind = "", Namespace = "", Policy = "" }).ToString().TrimStart();
}
