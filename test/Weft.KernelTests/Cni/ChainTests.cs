using System.Text;
using Weft.Cni.Protocol;
using Weft.Cni.Runtime;
using Weft.Model;
using Weft.Netlink.Libc;

namespace Weft.KernelTests.Cni;

/// <summary>The runtime with real plugins on a real kernel: the seed's file, and chains that break.</summary>
public sealed class ChainTests : IDisposable
{
    private readonly CniNode _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task The_seeds_configuration_works_as_it_is_written()
    {
        HideLeases();
        var folder = Directory.CreateDirectory(_node.Pin("net.d")).FullName;
        File.Copy(Path.Join(Repository.Root, "examples", "seed", "10-mynet.conf"), Path.Join(folder, "10-mynet.conf"));
        var list = ConfigDirectory.Read(folder).Default!;
        _node.AddPod("web");
        var web = CniNode.Attachment("web", _node.Pin("web"));
        var runtime = _node.Runtime();

        var result = await runtime.AddAsync(list, web, TestContext.Current.CancellationToken);
        await runtime.CheckAsync(list, web, TestContext.Current.CancellationToken);

        Assert.True(IpPrefix.Parse("10.22.0.0/16").Contains(result.Addresses[0].Address), $"{result.Addresses}");
        using (var pod = _node.StackOf("web"))
            Assert.Contains(pod.Routes(), each => each.Destination == IpPrefix.AnyV4 && each.Gateway == IpAddress.Parse("10.22.0.1"));
        Assert.Equal(CniNode.NodeAddress, _node.AddressSeen("web", _node.Outside, CniNode.OutsideAddress)?.ToString());

        await runtime.DeleteAsync(list, web, TestContext.Current.CancellationToken);
        Assert.Equal(["cni0"], _node.Leftovers());
        Assert.Empty(_node.Filter.ReadBack([]).Ruleset.Tables);
        Assert.False(File.Exists($"/var/lib/cni/networks/mynet/{result.Addresses[0].Address}"));
    }

    [Fact]
    public async Task A_chain_with_an_unknown_plugin_is_taken_back()
    {
        _node.AddPod("web");
        var list = NetworkConfigList.Parse(
            Encoding.UTF8.GetBytes($$"""
            { "cniVersion": "1.0.0", "name": "net", "plugins": [
              { "type": "bridge", "bridge": "br0", "isGateway": true, "ipMasq": true,
                "ipam": { "type": "host-local", "dataDir": "{{_node.LeaseDirectory}}", "subnet": "10.32.0.0/16" } },
              { "type": "unknown" } ] }
            """),
            "test");

        var error = await Assert.ThrowsAsync<CniException>(() => _node.Runtime().AddAsync(list, CniNode.Attachment("web", _node.Pin("web"))));

        Assert.Contains("failed to find plugin \"unknown\"", error.Message);
        Assert.Equal(["br0"], _node.Leftovers());
        Assert.Empty(_node.Leases("net"));
        Assert.Empty(_node.Filter.ReadBack([]).Ruleset.Tables);
        using var pod = _node.StackOf("web");
        Assert.Null(pod.FindLink("eth0"));
    }

    /// <summary>The leases' usual folder, empty and of this process alone (the process has mounts of its own).</summary>
    private static void HideLeases() =>
        Mounts.Mount("tmpfs", Directory.Exists("/var/lib/cni") ? "/var/lib/cni" : "/var/lib", "tmpfs");
}
