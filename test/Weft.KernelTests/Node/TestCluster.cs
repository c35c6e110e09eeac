using Weft.Kubernetes;
using Weft.Model;

namespace Weft.KernelTests.Node;

/// <summary>Nodes on an underlay and the objects that describe them.</summary>
internal sealed class TestCluster : IDisposable
{
    private readonly List<TestNode> _nodes = [];

    /// <param name="attachment">ptp or bridge.</param>
    /// <param name="overlay">auto, direct or vxlan.</param>
    /// <param name="subnets">For every node, the subnet it stands in.</param>
    public TestCluster(string attachment, string overlay, params ReadOnlySpan<int> subnets)
    {
        foreach (var subnet in subnets)
            _nodes.Add(new TestNode(Underlay, _nodes.Count + 1, subnet));
        Objects = new ClusterSnapshot
        {
            Nodes = _nodes.Select(node => node.Object).ToEquatableArray(),
            Configuration = new ConfigMap
            {
                Metadata = new() { Name = "weft-config", Namespace = "kube-system" },
                Data = StringMap.Of(("pod-cidrs", "10.244.0.0/16,fd44::/48"), ("service-cidrs", "10.96.0.0/16"), ("cni", attachment), ("overlay", overlay)),
            },
        };
    }

    public Underlay Underlay { get; } = new();

    public IReadOnlyList<TestNode> Nodes => _nodes;

    public ClusterSnapshot Objects { get; set; }

    public IEnumerable<TestPod> Pods => _nodes.SelectMany(node => node.Pods);

    /// <summary>A turn on every node; nothing may go wrong.</summary>
    public void Program()
    {
        foreach (var node in _nodes)
        {
            var result = node.Turn(Objects);
            Assert.Empty(result.Problems);
            Assert.Null(result.Unserved);
        }
    }

    /// <summary>Programs all nodes and attaches pods to each.</summary>
    public async Task<TestCluster> WithPodsAsync(int perNode)
    {
        Program();
        foreach (var node in _nodes)
        {
            for (var i = 0; i < perNode; i++)
                await node.AddPodAsync();
        }

        return this;
    }

    public void Dispose()
    {
        foreach (var node in _nodes)
            node.Dispose();
        Underlay.Dispose();
    }
}
