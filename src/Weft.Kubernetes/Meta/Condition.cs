using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>One condition of a status: what kind of condition, whether it holds, since when and why.</summary>
/// <remarks>One record for <c>metav1.Condition</c> and the older per-kind ones; fields a kind does not have stay null.</remarks>
public sealed record Condition
{
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string Status { get; init => field = value ?? ""; } = "";
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public long? ObservedGeneration { get; init; }
    public DateTimeOffset? LastHeartbeatTime { get; init; }
    public DateTimeOffset? LastProbeTime { get; init; }
    public DateTimeOffset? LastUpdateTime { get; init; }
    public DateTimeOffset? LastTransitionTime { get; init; }
}

/// <summary>Reading and replacing conditions in a list.</summary>
public static class Conditions
{
    /// <summary>The condition of that type, if present.</summary>
    public static Condition? Find(this EquatableArray<Condition> conditions, string type)
    {
        foreach (var condition in conditions)
        {
            if (condition.Type == type)
                return condition;
        }

        return null;
    }

    /// <summary>Whether the condition of that type is present and <c>True</c>.</summary>
    public static bool IsTrue(this EquatableArray<Condition> conditions, string type) => conditions.Find(type)?.Status == "True";

    /// <summary>The list with this condition in place of the one of its type.</summary>
    /// <remarks>The transition time is <paramref name="now"/> when the status changed and stays otherwise, so an unchanged list stays equal.</remarks>
    public static EquatableArray<Condition> With(this EquatableArray<Condition> conditions, Condition condition, DateTimeOffset now)
    {
        var old = conditions.Find(condition.Type);
        var since = old is not null && old.Status == condition.Status ? old.LastTransitionTime : now;
        var next = condition with { LastTransitionTime = since };
        var items = new List<Condition>(conditions.Count + 1);
        foreach (var item in conditions)
            items.Add(item.Type == condition.Type ? next : item);
        if (old is null)
            items.Add(next);
        return items.ToEquatableArray();
    }

    /// <summary>The list without the condition of that type.</summary>
    public static EquatableArray<Condition> Without(this EquatableArray<Condition> conditions, string type) =>
        conditions.Where(condition => condition.Type != type).ToEquatableArray();
}
