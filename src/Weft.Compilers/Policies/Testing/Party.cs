using Weft.Compilers.Tracing;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Policies.Testing;

/// <summary>Somebody whom an end of an expectation means.</summary>
/// <param name="What">What it is called.</param>
/// <param name="Node">The node it is on; null outside of the cluster, and for Services.</param>
/// <param name="Addresses">Its addresses; empty for a block, whose addresses depend on who asks.</param>
internal sealed record Party(string What, string? Node, EquatableArray<IpAddress> Addresses)
{
    /// <summary>The pod, where it is one.</summary>
    public Pod? Pod { get; init; }

    /// <summary>The Service, where it is one.</summary>
    public Service? Service { get; init; }

    /// <summary>The block, where it is one.</summary>
    public BlockEnd? Block { get; init; }

    /// <summary>It at one of its addresses.</summary>
    public TraceEnd At(IpAddress address) => new(Block is null ? What : address.ToString(), address, Node);
}
