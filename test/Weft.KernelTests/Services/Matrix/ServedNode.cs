using Microsoft.Extensions.Logging.Abstractions;
using Weft.Compilers.Services;
using Weft.KernelTests.Node;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Netlink.Conntrack;
using Weft.Node.Proxy;
using Weft.Node.Proxy.Connections;
using Weft.Node.Proxy.Health;

namespace Weft.KernelTests.Services.Matrix;

/// <summary>What the agent does for the Services of one node, turn by turn.</summary>
internal sealed class ServedNode : IDisposable
{
    private readonly TestNode _node;
    private readonly IProxyTarget _proxy;
    private readonly ServiceHealthServers _health = new(static () => true);
    private readonly ConnectionCleaner _cleaner;
    private Dictionary<ObjectKey, ServiceObjects> _services = [];

    public ServedNode(TestNode node, string target)
    {
        _node = node;
        _proxy = ProxyTargets.Create(target, node);
        Flows = KernelConntrack.Open(node.Namespace);
        _cleaner = new ConnectionCleaner(Flows, Addresses, new ProxyMetrics(static () => (0, 0)), NullLogger.Instance, TimeProvider.System);
    }

    /// <summary>The flows that its kernel follows.</summary>
    public IConntrack Flows { get; }

    /// <summary>A turn; nothing may go wrong.</summary>
    public void Serve(ClusterSnapshot cluster)
    {
        var (table, problems) = ServiceCompiler.CompileOnce(cluster, _node.Name);
        Assert.Empty(problems);
        var before = _services.Keys;
        _services = cluster.Services.ToDictionary(objects => objects.Service.Key());
        _node.Namespace.Run(() =>
        {
            Assert.Empty(_proxy.Sync(table).Problems);
            Assert.Empty(_health.Serve(table.HealthChecks));
        });
        _cleaner.Note(table, key => _services.GetValueOrDefault(key), [.. before.Union(_services.Keys)]);
    }

    /// <summary>Has the kernel forget flows that lead nowhere any more, as the agent does beside its turns.</summary>
    public void Clean() => Assert.True(_cleaner.Clean());

    public void Dispose()
    {
        _node.Namespace.Run(_proxy.Remove);
        _proxy.Dispose();
        _health.Dispose();
        Flows.Dispose();
    }

    private HashSet<IpAddress> Addresses() => [.. _node.Stack.Addresses().Select(address => address.Address)];
}
