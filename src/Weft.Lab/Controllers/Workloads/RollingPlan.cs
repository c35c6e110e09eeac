using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>A ReplicaSet of a Deployment as a plan sees it.</summary>
/// <param name="Wanted">Its <c>spec.replicas</c>.</param>
/// <param name="Available">Pods of it that are available.</param>
/// <param name="Present">Pods of it that exist and are not on their way out; its own controller may be behind with what is wanted.</param>
internal readonly record struct ReplicaCount(int Wanted, int Available, int Present)
{
    /// <summary>Pods that may exist at the same time, now or in a moment.</summary>
    public int Most => Math.Max(Wanted, Present);

    /// <summary>Available pods that are left once what is wanted is done.</summary>
    public int Staying => Math.Min(Wanted, Available);
}

/// <summary>One step of a rolling update: pure, so that its promises can be tested on every state.</summary>
/// <remarks>
/// No step lets more than <c>replicas + maxSurge</c> pods exist, and no step takes away an available pod that <c>replicas - maxUnavailable</c> needs.
/// </remarks>
internal static class RollingPlan
{
    /// <summary>The limits of a Deployment; both zero would never move, so one pod may then be missing.</summary>
    public static (int Surge, int Unavailable) Limits(DeploymentSpec spec)
    {
        var desired = spec.Replicas ?? 1;
        var rolling = spec.Strategy?.RollingUpdate;
        var surge = (rolling?.MaxSurge ?? "25%").Scale(desired, roundUp: true) ?? 0;
        var unavailable = (rolling?.MaxUnavailable ?? "25%").Scale(desired, roundUp: false) ?? 0;
        return (surge, surge == 0 && unavailable == 0 ? 1 : Math.Min(unavailable, desired));
    }

    /// <summary>How many pods the new and each old ReplicaSet should have after this step.</summary>
    /// <param name="desired">The Deployment's replicas.</param>
    /// <param name="surge">Pods allowed beyond that.</param>
    /// <param name="unavailable">Pods allowed to be missing.</param>
    /// <param name="current">The new ReplicaSet.</param>
    /// <param name="old">The others, in the order in which they shrink.</param>
    public static (int Current, int[] Old) Step(int desired, int surge, int unavailable, ReplicaCount current, IReadOnlyList<ReplicaCount> old)
    {
        var result = old.Select(set => set.Wanted).ToArray();
        var total = current.Wanted + result.Sum();
        var free = desired + surge - current.Most - old.Sum(set => set.Most);
        var grown = current.Wanted > desired ? desired : current.Wanted + Math.Clamp(free, 0, desired - current.Wanted);
        if (grown != current.Wanted)
            return (grown, result);

        // Pods that the new set wants but does not have yet must not be counted on, and old ones that never worked are no loss.
        var least = desired - unavailable;
        var room = total - least - (current.Wanted - current.Staying);
        for (var i = 0; i < result.Length && room > 0; i++)
        {
            var broken = Math.Min(room, result[i] - old[i].Staying);
            result[i] -= broken;
            room -= broken;
        }

        var spare = Math.Min(room, current.Staying + old.Sum(set => set.Staying) - least);
        for (var i = 0; i < result.Length && spare > 0; i++)
        {
            var taken = Math.Min(spare, result[i]);
            result[i] -= taken;
            spare -= taken;
        }

        return (grown, result);
    }

    /// <summary>Spreads a Deployment's new size over its ReplicaSets in proportion to what they have, when no update may go on.</summary>
    public static int[] Proportional(int total, IReadOnlyList<int> sizes)
    {
        var sum = sizes.Sum();
        if (sum == 0)
            return [.. sizes];
        var shares = sizes.Select(size => (int)((long)size * total / sum)).ToArray();
        var rest = total - shares.Sum();
        foreach (var i in Enumerable.Range(0, sizes.Count).OrderByDescending(i => (long)sizes[i] * total % sum).ThenByDescending(i => sizes[i]).Take(rest))
            shares[i]++;
        return shares;
    }
}
