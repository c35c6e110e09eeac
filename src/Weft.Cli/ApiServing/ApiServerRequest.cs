using System.Net;
using Weft.ApiServer;
using Weft.Model;

namespace Weft.Cli.ApiServing;

/// <summary>What <c>weft api-server</c> was asked for.</summary>
internal sealed record ApiServerRequest
{
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>The folder of authority, token and store; null for one that ends with the server.</summary>
    public string? State { get; init; }

    public bool Ephemeral { get; init; }

    public IReadOnlyList<string> ServiceCidrs { get; init; } = [];

    /// <summary>Addresses that the controllers give to Services of type LoadBalancer; none leaves them pending.</summary>
    public EquatableArray<IpRange> LoadBalancerRanges { get; init; }

    public NodePortRange NodePorts { get; init; } = NodePortRange.Default;

    public IReadOnlyList<string> CertificateNames { get; init; } = [];

    /// <summary>Where the kubeconfig goes; null for the state folder.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The user, then the groups, of the client certificate in the kubeconfig; none for the token.</summary>
    public IReadOnlyList<string> ClientIdentity { get; init; } = [];

    public bool Controllers { get; init; }

    /// <summary>How long a node may be silent before the controllers take it for lost.</summary>
    public TimeSpan NodeMonitorGracePeriod { get; init; }

    /// <summary>How long pods stay on a node that is lost, unless they say otherwise.</summary>
    public TimeSpan PodEvictionTimeout { get; init; }
}
