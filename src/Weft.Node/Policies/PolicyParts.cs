using Weft.Kubernetes.Client;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Node.Policies.Verdicts;

namespace Weft.Node.Policies;

/// <summary>What the turns of the policies work with.</summary>
internal sealed record PolicyParts
{
    /// <summary>Set by whatever asks for a turn.</summary>
    public required ChangeSignal Changed { get; init; }

    /// <summary>Objects.</summary>
    public required PolicyWatch Policies { get; init; }

    /// <summary>Pods that are given their network.</summary>
    public required Attachments Attachments { get; init; }

    /// <summary>The packet filter.</summary>
    public required INftablesDriver Filter { get; init; }

    /// <summary>The kernel's settings.</summary>
    public required ISysctls Sysctls { get; init; }

    /// <summary>Cuts connections that are denied now.</summary>
    public required ConnectionCutter Cutter { get; init; }

    /// <summary>Gives names to what is denied.</summary>
    public required VerdictParts Verdicts { get; init; }

    /// <summary>Where to count.</summary>
    public required PolicyMetrics Metrics { get; init; }
}
