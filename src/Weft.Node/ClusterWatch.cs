using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Node;

/// <summary>Keeps the objects that describe the cluster as a whole, and says when they changed.</summary>
internal sealed class ClusterWatch
{
    private static readonly ConfigMap None = new();

    private readonly Informer<KubeNode> _nodes;
    private readonly Informer<ConfigMap> _configuration;
    private readonly Informer<ServiceCidr> _serviceCidrs;
    private volatile NodeList _list = new(ImmutableDictionary<ObjectKey, KubeNode>.Empty, []);

    public ClusterWatch(KubeClient client, ILogger logger)
    {
        var options = new InformerOptions { Logger = logger };
        _nodes = new Informer<KubeNode>(client, options);
        _configuration = new Informer<ConfigMap>(client, options with
        {
            Namespace = ClusterSettingsParser.Namespace,
            FieldSelector = $"metadata.name={ClusterSettingsParser.Name}",
        });
        // Servers before 1.33 lack the kind.
        _serviceCidrs = new Informer<ServiceCidr>(client, options with { Optional = true });
    }

    /// <summary>How the watches stand.</summary>
    public IReadOnlyList<IInformerState> States => [_nodes, _configuration, _serviceCidrs];

    /// <summary>Completes when every kind was listed once: before that, absence means nothing.</summary>
    public Task Synced => Task.WhenAll(_nodes.Synced, _configuration.Synced, _serviceCidrs.Synced);

    /// <summary>The cluster's settings once they were listed; null before. Without the ConfigMap it is an empty one.</summary>
    public ConfigMap? Configuration => _configuration.HasSynced ? _configuration.Find(ClusterSettingsParser.Namespace, ClusterSettingsParser.Name) ?? None : null;

    /// <summary>For how long the server has not been heard, be it on one kind only.</summary>
    public TimeSpan StaleFor => States.Max(state => state.StaleFor);

    /// <summary>The objects as last heard, without Services. The list of nodes keeps its reference while no node changes.</summary>
    public ClusterSnapshot Snapshot => new()
    {
        Nodes = Nodes(),
        ServiceCidrs = _serviceCidrs.Items.Values.OrderBy(cidr => cidr.Metadata.Name, StringComparer.Ordinal).ToEquatableArray(),
        Configuration = _configuration.Find(ClusterSettingsParser.Namespace, ClusterSettingsParser.Name),
    };

    /// <summary>A node; null when there is none of that name.</summary>
    public KubeNode? Find(string node) => _nodes.Find(null, node);

    /// <summary>Sets <paramref name="changed"/> after every change.</summary>
    public void OnChange(ChangeSignal changed)
    {
        _nodes.OnChange(changed);
        _configuration.OnChange(changed);
        _serviceCidrs.OnChange(changed);
    }

    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(_nodes.RunAsync(cancel), _configuration.RunAsync(cancel), _serviceCidrs.RunAsync(cancel));

    private EquatableArray<KubeNode> Nodes()
    {
        var items = _nodes.Items;
        if (!ReferenceEquals(_list.Source, items))
            _list = new NodeList(items, items.Values.ToEquatableArray());
        return _list.Nodes;
    }

    private sealed record NodeList(ImmutableDictionary<ObjectKey, KubeNode> Source, EquatableArray<KubeNode> Nodes);
}
