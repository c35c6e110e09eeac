using Microsoft.Extensions.Logging;
using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Node;

/// <summary>Keeps the objects that the compilers read, and says when they changed.</summary>
internal sealed class ClusterWatch
{
    private readonly Informer<KubeNode> _nodes;
    private readonly Informer<ConfigMap> _configuration;

    public ClusterWatch(KubeClient client, ILogger logger, ChangeSignal changed)
    {
        var options = new InformerOptions { Logger = logger };
        _nodes = new Informer<KubeNode>(client, options);
        _configuration = new Informer<ConfigMap>(client, options with
        {
            Namespace = ClusterSettingsParser.Namespace,
            FieldSelector = $"metadata.name={ClusterSettingsParser.Name}",
        });
        _nodes.OnChange(changed);
        _configuration.OnChange(changed);
    }

    /// <summary>Completes when every kind was listed once: before that, absence means nothing.</summary>
    public Task Synced => Task.WhenAll(_nodes.Synced, _configuration.Synced);

    /// <summary>For how long the server has not been heard.</summary>
    public TimeSpan StaleFor => _nodes.StaleFor;

    /// <summary>The objects as last heard.</summary>
    public ClusterSnapshot Snapshot => new()
    {
        Nodes = _nodes.Items.Values.ToEquatableArray(),
        Configuration = _configuration.Find(ClusterSettingsParser.Namespace, ClusterSettingsParser.Name),
    };

    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(_nodes.RunAsync(cancel), _configuration.RunAsync(cancel));
}
