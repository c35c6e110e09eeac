using Microsoft.Extensions.Logging;
using Weft.Compilers.Dns;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Node.Policies.Domains;
using Weft.Node.Watching;

namespace Weft.Node.Policies;

/// <summary>Keeps policies and whom they speak of, and says when they changed.</summary>
internal sealed class PolicyWatch
{
    private readonly Informer<PolicyPod> _pods;
    private readonly Informer<Namespace> _namespaces;
    private readonly Informer<NetworkPolicy> _policies;
    private readonly Informer<ClusterNetworkPolicy> _clusterPolicies;
    private readonly Informer<Service> _dnsService;
    private readonly DnsIdentity _dns = new();
    private readonly ObjectList<Namespace> _namespaceList = new();
    private readonly ObjectList<NetworkPolicy> _policyList = new();
    private readonly ObjectList<ClusterNetworkPolicy> _clusterPolicyList = new();
    private PolicyObjects _taken = new();

    /// <param name="client">The API server.</param>
    /// <param name="attachments">Where attachments outlive the agent.</param>
    /// <param name="domains">What names of policies were said to mean.</param>
    /// <param name="logger">Where to tell.</param>
    /// <param name="changed">Set after every change.</param>
    public PolicyWatch(KubeClient client, AttachmentFile attachments, LearnedDomains domains, ILogger logger, ChangeSignal changed)
    {
        (Pods, Domains) = (new PodList(attachments), domains);
        var options = new InformerOptions { Logger = logger };
        _pods = new Informer<PolicyPod>(client, options);
        _namespaces = new Informer<Namespace>(client, options);
        _policies = new Informer<NetworkPolicy>(client, options);
        _clusterPolicies = new Informer<ClusterNetworkPolicy>(client, options with { Optional = true });
        _dnsService = new Informer<Service>(client, options with { Namespace = ClusterDns.Namespace, FieldSelector = $"metadata.name={ClusterDns.ServiceName}" });
        _pods.OnObject(Pods.Note);
        _namespaces.OnObject(_namespaceList.Note);
        _policies.OnObject(_policyList.Note);
        _clusterPolicies.OnObject(_clusterPolicyList.Note);
        _pods.OnChange(changed);
        _namespaces.OnChange(changed);
        _policies.OnChange(changed);
        _clusterPolicies.OnChange(changed);
        _dnsService.OnChange(changed);
    }

    /// <summary>All pods of the cluster.</summary>
    public PodList Pods { get; }

    /// <summary>Addresses of names.</summary>
    public LearnedDomains Domains { get; }

    /// <summary>Completes when every kind was listed once: before that, absence means nothing.</summary>
    public Task Synced => Task.WhenAll(_pods.Synced, _namespaces.Synced, _policies.Synced, _clusterPolicies.Synced, _dnsService.Synced);

    /// <summary>Completes when namespaces were listed once.</summary>
    public Task NamespacesSynced => _namespaces.Synced;

    /// <summary>The namespaces of now; the same list while none changed.</summary>
    public EquatableArray<Namespace> Namespaces() => _namespaceList.Take();

    /// <summary>Sets <paramref name="changed"/> after every change of namespaces.</summary>
    public void OnNamespaces(ChangeSignal changed) => _namespaces.OnChange(changed);

    /// <summary>The objects of now; the same reference while none changed.</summary>
    /// <param name="configuration">The cluster's settings, which say whether nodes answer as cluster DNS.</param>
    public PolicyObjects Take(ConfigMap? configuration)
    {
        _dns.Read(configuration, _dnsService.Find(ClusterDns.Namespace, ClusterDns.ServiceName));
        var clusterPolicies = _clusterPolicyList.Take();
        var now = new PolicyObjects
        {
            Pods = Pods.Take(),
            Namespaces = _namespaceList.Take(),
            NetworkPolicies = _policyList.Take(),
            ClusterNetworkPolicies = clusterPolicies,
            StandIns = _dns.StandIns,
            LearnsDomains = _dns.IsOwn,
            DomainAddresses = Domains.Take(_dns.IsOwn ? clusterPolicies : []),
        };
        var isSame = now.Pods.AsSpan() == _taken.Pods.AsSpan() && now.Namespaces.AsSpan() == _taken.Namespaces.AsSpan()
            && now.NetworkPolicies.AsSpan() == _taken.NetworkPolicies.AsSpan() && now.ClusterNetworkPolicies.AsSpan() == _taken.ClusterNetworkPolicies.AsSpan()
            && now.StandIns == _taken.StandIns && now.LearnsDomains == _taken.LearnsDomains && now.DomainAddresses.AsSpan() == _taken.DomainAddresses.AsSpan();
        return isSame ? _taken : _taken = now;
    }

    /// <summary>The reference to an object that a problem names; null when it is gone.</summary>
    public ObjectReference? Find(string name) => name.Split(' ', '/') switch
    {
        ["NetworkPolicy", var ns, var policy] when _policies.Find(ns, policy) is { } found => ObjectReference.To(found),
        ["ClusterNetworkPolicy", var policy] when _clusterPolicies.Find(null, policy) is { } found => ObjectReference.To(found),
        ["Namespace", var ns] when _namespaces.Find(null, ns) is { } found => ObjectReference.To(found),
        _ => null,
    };

    public Task RunAsync(CancellationToken cancel) =>
        Task.WhenAll(_pods.RunAsync(cancel), _namespaces.RunAsync(cancel), _policies.RunAsync(cancel), _clusterPolicies.RunAsync(cancel), _dnsService.RunAsync(cancel));
}
