using Weft.Compilers.Policies;
using Weft.Model;
using Weft.Model.Policies;
using Weft.Netlink.Nftables;

namespace Weft.Node.Policies;

/// <summary>Programs a table of which the kernel refused the batch as a whole: everything, with those policies closed that it refuses by themselves.</summary>
/// <remarks>
/// Where the kernel names an element, the policy behind it is closed and the rest tried again, so that no table in between is ever in force. Else all policies that
/// changed are closed for a moment, and the one is searched for (by halves) without which the kernel takes the rest. At no time is anything open that is not to be.
/// </remarks>
/// <param name="attempt">Brings the kernel to a table; returns its refusal, and whose element it was where the kernel named one.</param>
/// <param name="refused">Where refused policies go.</param>
internal sealed class RefusalSearch(Func<PolicyTable, Refusal?> attempt, RefusedPolicies refused)
{
    // So many bad objects at once are none: the kernel lacks something that all of them need.
    private const int MostRefused = 64;

    /// <summary>Programs what can be.</summary>
    /// <param name="wanted">The table.</param>
    /// <param name="enforced">What was in force before, as far as it is known.</param>
    /// <param name="whole">Why the kernel refused it as a whole.</param>
    /// <returns>What is in force now.</returns>
    /// <exception cref="NftException">It is no policy's fault.</exception>
    public PolicyTable Program(PolicyTable wanted, PolicyTable? enforced, Refusal whole)
    {
        var parts = ClosedPolicies.Parts(wanted);
        var changed = Changed(parts, enforced);
        for (Refusal? refusal = whole; refusal is not null;)
        {
            if (refused.Count >= MostRefused)
                throw refusal.Reason;
            var named = refusal.Part is { } part && parts.ContainsKey(part) && !refused.Contains(part) ? refusal.Part : null;
            var culprit = named ?? Search(wanted, changed) ?? Search(wanted, parts.Keys) ?? throw refusal.Reason;
            refused.Add(culprit, parts[culprit], refusal.Reason.Message);
            refusal = attempt(refused.Close(wanted));
        }

        return refused.Close(wanted);
    }

    /// <summary>
    /// The policy at fault, by halves: with the first n closed the kernel takes the table, with the first n - 1 it does not. Null when it is none of them.
    /// </summary>
    private PolicyRuleName? Search(PolicyTable wanted, IEnumerable<PolicyRuleName> suspects)
    {
        var left = suspects.Where(part => !refused.Contains(part)).ToList();
        if (left.Count == 0 || attempt(refused.Close(wanted, left)) is not null)
            return null;
        var (bad, good) = (0, left.Count);
        while (good - bad > 1)
        {
            var middle = (good + bad) / 2;
            if (attempt(refused.Close(wanted, left.Take(middle))) is null)
                good = middle;
            else
                bad = middle;
        }

        return left[good - 1];
    }

    private static List<PolicyRuleName> Changed(Dictionary<PolicyRuleName, EquatableArray<PolicyRule>> parts, PolicyTable? enforced)
    {
        var known = enforced is null ? [] : ClosedPolicies.Parts(enforced);
        return [.. parts.Where(part => !known.TryGetValue(part.Key, out var rules) || rules != part.Value).Select(part => part.Key)];
    }
}

/// <summary>The kernel's refusal of a batch.</summary>
/// <param name="Reason">What it said.</param>
/// <param name="Part">The policy's rules that the refused element is for; null where that is not known.</param>
internal sealed record Refusal(NftException Reason, PolicyRuleName? Part);
