using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>What the kernel has counted of one verdict, and whose it is.</summary>
/// <remarks>
/// Found without a program, so beside its turns: the kernel's own maps say which class an address has, the table which rules that are, and the verdict's comment
/// which of them decided. Packets of established connections are not judged, hence not counted.
/// </remarks>
/// <param name="Element">The verdict; it counts from zero when it is another one, or was replaced.</param>
/// <param name="Rule">Which rule.</param>
/// <param name="Counts">What it counted.</param>
public readonly record struct RuleCount(RuleCountElement Element, CountedRule Rule, NftCounts Counts)
{
    /// <summary>What verdicts have counted, as far as they are of a table's rules; those that counted nothing left out.</summary>
    /// <param name="found">A read-back of <see cref="NftPolicyProgram.Tables"/>.</param>
    /// <param name="table">What the kernel enforces.</param>
    public static IEnumerable<RuleCount> Of(NftReadBack found, PolicyTable table)
    {
        var pods = table.Pods.ToDictionary(pod => pod.Address);
        foreach (var each in found.Ruleset.Tables.Where(each => NftPolicyProgram.Tables.AsSpan().Contains(each.Id)))
        {
            var classes = ClassesOf(each, pods);
            foreach (var set in each.Sets.Where(set => PolicySets.IsVerdicts(set.Name)))
            {
                foreach (var element in set.Elements)
                {
                    if (element.Counts.Packets > 0 && classes.GetValueOrDefault(NumberOf(element))?.Find(element) is { } rule)
                        yield return new RuleCount(new RuleCountElement(each.Id, set.Name, element.Key), rule, element.Counts);
                }
            }
        }
    }

    private static Dictionary<uint, ClassComments> ClassesOf(NftTable table, Dictionary<IpAddress, PolicedPod> pods)
    {
        var classes = new Dictionary<uint, ClassComments>();
        foreach (var (direction, audited, v6) in PolicySets.ClassMaps)
        {
            foreach (var element in table.FindSet(PolicySets.Classes(direction, audited, v6))?.Elements ?? [])
            {
                var number = PolicyElements.NumberOf(element) & ~PolicySets.RangedFlag;
                if (!classes.ContainsKey(number) && pods.GetValueOrDefault(IpAddress.Read(element.Key.Bytes))?.ClassOf(direction, audited) is { } known)
                    classes.Add(number, new ClassComments(known, audited));
            }
        }

        return classes;
    }

    private static uint NumberOf(NftElement verdict) => PolicyElements.PairOf(verdict.Key).Class & ~PolicySets.RangedFlag;
}

/// <summary>Names an element of a map.</summary>
public readonly record struct RuleCountElement(NftTableId Table, string Set, NftData Key);

/// <summary>A rule that counts packets.</summary>
/// <param name="Direction">As the pod sees it.</param>
/// <param name="Audited">Whether it only would decide so.</param>
/// <param name="Accepts">What it does.</param>
/// <param name="Policies">Its policy; for a default deny all that isolate the pod.</param>
/// <param name="Rule"><c>ingress[0]</c>; <c>default</c> for a default deny.</param>
public sealed record CountedRule(PolicyDirection Direction, bool Audited, bool Accepts, EquatableArray<PolicyIdentity> Policies, string Rule);
