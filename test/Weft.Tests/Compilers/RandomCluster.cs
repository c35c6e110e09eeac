using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nodes;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Compilers;

/// <summary>Random clusters, as one node sees them. Few names and ranges, so that clusters often share parts and conflict.</summary>
public sealed record RandomCluster(ClusterSnapshot Cluster, HostView Host)
{
    /// <summary>The node for which states are compiled.</summary>
    public const string Self = "node0";

    /// <summary>What it compiles to.</summary>
    public NodeCompilation Compile() => NodeCompiler.Compile(Cluster, Self, Host);

    /// <summary>Any cluster of up to 8 nodes.</summary>
    public static Gen<RandomCluster> Any { get; } =
        from nodes in Gen.Choose(0, 8).SelectMany(count => Gen.CollectToArray(Enumerable.Range(0, count).Select(Node)))
        from settings in Settings
        from mtu in Gen.Elements(1500, 1400, 9000)
        select new RandomCluster(
            new ClusterSnapshot
            {
                Nodes = nodes.ToEquatableArray(),
                Configuration = new ConfigMap { Metadata = new() { Name = "weft-config", Namespace = "kube-system" }, Data = settings },
            },
            new HostView
            {
                Links =
                [
                    new HostLink("eth0", mtu, [new(IpAddress.Parse("172.30.0.10"), 24), new(IpAddress.Parse("fd30::10"), 64)]),
                    new HostLink("lo", 65536, [new(IpAddress.Parse("127.0.0.1"), 8)]),
                ],
                CniPlugins = ["bridge", "host-local", "ptp", "weft-bridge", "weft-policy", "weft-ptp"],
                BridgeNetfilter = true,
            });

    private static Gen<StringMap> Settings =>
        from overlay in Gen.Elements("auto", "direct", "vxlan", "nonsense", "")
        from cni in Gen.Elements("ptp", "bridge", "macvlan")
        from pods in Gen.Elements("", "10.244.0.0/16", "10.244.0.0/16,fd44::/48", "10.244.0.0/17,x")
        from services in Gen.Elements("", "10.96.0.0/16", "10.96.0.0/16,fd96::/112", "10.244.128.0/20")
        select StringMap.Of(("overlay", overlay), ("cni", cni), ("pod-cidrs", pods), ("service-cidrs", services));

    private static Gen<KubeNode> Node(int index) =>
        from v4 in Gen.Elements($"172.30.0.{(10 + index).ToString(CultureInfo.InvariantCulture)}", $"172.31.0.{(10 + index).ToString(CultureInfo.InvariantCulture)}", "")
        from v6 in Gen.Elements($"fd30::{(10 + index).ToString(CultureInfo.InvariantCulture)}", "")
        from first in Gen.Choose(0, 9)
        from v6Range in Gen.Elements(true, false)
        from text in Gen.Frequency((6, Gen.Constant($"10.244.{first.ToString(CultureInfo.InvariantCulture)}.0/24")), (1, Gen.Elements("10.244.0.0/20", "172.30.0.0/25", "10.244.1.4/31", "junk")))
        from age in Gen.Choose(1, 3)
        select new KubeNode
        {
            Metadata = new() { Name = $"node{index.ToString(CultureInfo.InvariantCulture)}", CreationTimestamp = new DateTimeOffset(2026, 1, age, 0, 0, 0, TimeSpan.Zero) },
            Spec = new() { PodCIDRs = v6Range ? [text, $"fd44:0:0:{first.ToString(CultureInfo.InvariantCulture)}::/64"] : [text] },
            Status = new() { Addresses = new[] { v4, v6 }.Where(address => address.Length > 0).Select(address => new NodeAddress("InternalIP", address)).ToEquatableArray() },
        };
}
