using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Node.Announcing;
using Weft.Node.Proxy.Connections;
using Weft.Node.Proxy.Health;
using Weft.Node.Proxy.Watching;

namespace Weft.Node.Proxy;

/// <summary>What a <see cref="ProxyLoop"/> turns.</summary>
internal sealed record ProxyParts
{
    /// <summary>Set by whatever asks for a turn.</summary>
    public required ChangeSignal Changed { get; init; }

    /// <summary>The objects.</summary>
    public required ServiceWatch Services { get; init; }

    /// <summary>The turn.</summary>
    public required ProxyReconciler Reconciler { get; init; }

    /// <summary>Looks after the flows of endpoints that left.</summary>
    public required ConnectionCleaner Cleaner { get; init; }

    /// <summary>Figures.</summary>
    public required ProxyMetrics Metrics { get; init; }

    /// <summary>For load balancers.</summary>
    public required ProxyHealth Health { get; init; }

    /// <summary>The node's own addresses of now.</summary>
    public required Func<IReadOnlySet<IpAddress>> Addresses { get; init; }

    /// <summary>Who else wants to hear of Services.</summary>
    public BalancedServices? Balanced { get; init; }

    /// <summary>Where problems go.</summary>
    public required EventRecorder Events { get; init; }
}
