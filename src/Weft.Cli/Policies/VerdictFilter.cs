using Weft.Node.Policies.Verdicts;

namespace Weft.Cli.Policies;

/// <summary>Which verdicts somebody wants to see, by either end of the connection.</summary>
/// <param name="Namespace">With a pod of this namespace; null for all.</param>
/// <param name="Pod">With this pod, <c>namespace/name</c>; null for all.</param>
/// <param name="Action">What became of it; null for everything.</param>
internal sealed record VerdictFilter(string? Namespace, string? Pod, VerdictAction? Action = null)
{
    /// <summary>Reads what was asked for; a pod without a namespace is in the one asked for, else in <c>default</c>.</summary>
    public static VerdictFilter Of(string? ns, string? pod, VerdictAction? action = null) =>
        new(ns, pod is null || pod.Contains('/') ? pod : $"{ns ?? "default"}/{pod}", action);

    /// <summary>Whether a verdict is wanted.</summary>
    public bool Matches(NamedVerdict verdict) =>
        (Action is null || verdict.Action == Action) && Matches(verdict.Pod, verdict.PeerKind == PeerKind.Pod ? verdict.Peer : null);

    /// <summary>Whether what happened between two ends is wanted.</summary>
    /// <param name="pod">The pod whose policies decided.</param>
    /// <param name="peer">The other one; null where it is none.</param>
    public bool Matches(string pod, string? peer) =>
        (Namespace is null || IsIn(pod) || IsIn(peer)) && (Pod is null || Pod == pod || Pod == peer);

    private bool IsIn(string? pod) => pod is not null && pod.StartsWith($"{Namespace}/", StringComparison.Ordinal);
}
