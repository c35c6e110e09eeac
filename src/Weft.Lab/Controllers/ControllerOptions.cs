using Microsoft.Extensions.Logging;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>Settings of the controllers that a real cluster already has and a lab needs.</summary>
public sealed record ControllerOptions
{
    /// <summary>The ranges that nodes get their pod blocks from: at most one of each address family.</summary>
    public EquatableArray<IpPrefix> PodCidrs { get; init; } = [IpPrefix.Parse("10.244.0.0/16")];

    /// <summary>The ranges of Service addresses; no pod block is taken from them.</summary>
    public EquatableArray<IpPrefix> ServiceCidrs { get; init; } = [IpPrefix.Parse("10.96.0.0/16")];

    /// <summary>The ranges of LoadBalancer addresses, any number of each family; none leaves Services of that type pending.</summary>
    public EquatableArray<IpRange> LoadBalancerRanges { get; init; }

    /// <summary>Prefix length of a node's IPv4 block; 24 as in kube-controller-manager.</summary>
    public int NodeCidrMaskSizeV4 { get; init; } = 24;

    /// <summary>Prefix length of a node's IPv6 block; 64 as in kube-controller-manager.</summary>
    public int NodeCidrMaskSizeV6 { get; init; } = 64;

    /// <summary>How old a node's lease may grow before the node counts as lost; 40 s, kube-controller-manager's long-standing default.</summary>
    public TimeSpan NodeMonitorGracePeriod { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>How long a pod stays on a node that is not ready or lost, unless it says otherwise; 300 s as upstream's admission adds.</summary>
    public TimeSpan DefaultToleration { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>The name of the scheduler that pods ask for.</summary>
    public string SchedulerName { get; init; } = "default-scheduler";

    /// <summary>Where controllers say what they cannot do.</summary>
    public ILoggerFactory? Loggers { get; init; }
}
