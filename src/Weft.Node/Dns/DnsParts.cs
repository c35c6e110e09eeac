using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Node.Proxy.Watching;

namespace Weft.Node.Dns;

/// <summary>What the turns of DNS work with.</summary>
internal sealed record DnsParts
{
    /// <summary>Set by whatever asks for a turn.</summary>
    public required ChangeSignal Changed { get; init; }

    /// <summary>Services and slices.</summary>
    public required ServiceWatch Services { get; init; }

    /// <summary>The namespaces of now.</summary>
    public required Func<EquatableArray<Namespace>> Namespaces { get; init; }

    /// <summary>Completes when namespaces were listed once.</summary>
    public required Task NamespacesSynced { get; init; }

    /// <summary>What is known for the agent that comes next.</summary>
    public required DnsMemory Memory { get; init; }

    /// <summary>The kernel's part.</summary>
    public required DnsPlace Place { get; init; }

    /// <summary>Whom the node asks.</summary>
    public required NodeResolver Resolver { get; init; }

    /// <summary>How pods of this node complete names.</summary>
    public required SearchDirectory Searches { get; init; }

    /// <summary>Which addresses pods have.</summary>
    public required PodAddresses Pods { get; init; }

    /// <summary>Where problems go.</summary>
    public required EventRecorder Events { get; init; }

    /// <summary>Figures.</summary>
    public required DnsLoopMetrics Metrics { get; init; }
}
