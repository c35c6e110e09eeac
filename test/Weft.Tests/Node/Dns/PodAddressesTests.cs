using System.Text;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Node.Dns;

namespace Weft.Tests.Node.Dns;

/// <summary>Which namespaces have a pod with an address, for names that are checked against pods.</summary>
public sealed class PodAddressesTests
{
    private const string Address = "10.244.0.9", Other = "10.244.0.10";

    private readonly PodAddresses _pods = new();

    [Fact]
    public void An_address_belongs_to_the_namespace_of_its_pod_until_the_pod_ends_moves_or_goes()
    {
        Note("a", "shop", Address);
        Assert.True(Has("SHOP", Address));
        Assert.False(Has("other", Address));
        Note("a", "shop", Address, Other);
        Assert.True(Has("shop", Address) && Has("shop", Other));
        Note("a", "shop", Other);
        Assert.False(Has("shop", Address));
        _pods.Note(new ObjectKey("shop", "a"), Pod("a", "shop", Other) with { IsFinished = true });
        Assert.False(Has("shop", Other));
        Note("a", "shop", Address);
        _pods.Note(new ObjectKey("shop", "a"), null);
        Assert.False(Has("shop", Address));
    }

    [Fact]
    public void Pods_on_the_network_of_a_node_share_its_address_and_each_leaves_for_itself()
    {
        Note("a", "kube-system", Address);
        Note("b", "kube-system", Address);
        Note("c", "shop", Address);
        _pods.Note(new ObjectKey("kube-system", "a"), null);
        Assert.True(Has("kube-system", Address) && Has("shop", Address));
        _pods.Note(new ObjectKey("kube-system", "b"), null);
        Assert.False(Has("kube-system", Address));
        Assert.True(Has("shop", Address));
    }

    private void Note(string name, string space, params string[] addresses) => _pods.Note(new ObjectKey(space, name), Pod(name, space, addresses));

    private bool Has(string space, string address) => _pods.Has(Encoding.ASCII.GetBytes(space), IpAddress.Parse(address));

    private static PolicyPod Pod(string name, string space, params string[] addresses) => PolicyPod.Of(new Pod
    {
        Metadata = new() { Name = name, Namespace = space, Uid = name },
        Spec = new() { NodeName = "node1" },
        Status = new() { PodIPs = [.. addresses.Select(address => new PodIp(address))] },
    });
}
