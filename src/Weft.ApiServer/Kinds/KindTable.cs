using System.Collections.Frozen;

namespace Weft.ApiServer.Kinds;

/// <summary>Every kind the server serves. A new kind is one entry.</summary>
public sealed class KindTable
{
    private readonly FrozenDictionary<(string Group, string Version, string Plural), ResourceKind> _byPath;
    private readonly FrozenDictionary<string, ResourceKind> _byStorageKey;

    public KindTable(IReadOnlyList<ResourceKind> kinds)
    {
        All = kinds;
        _byPath = kinds.ToFrozenDictionary(k => (k.Group, k.Version, k.Plural));
        _byStorageKey = kinds.Where(k => k.Conversion is null).ToFrozenDictionary(k => k.StorageKey, StringComparer.Ordinal);
    }

    /// <summary>The kinds of this version of Weft.</summary>
    public static KindTable BuiltIn { get; } = new(
    [
        NamespaceKind.Kind,
        NodeKind.Kind,
        PodKind.Kind,
        ServiceKind.Kind,
        EndpointsKind.Kind,
        ConfigMapKind.Kind,
        SecretKind.Kind,
        ServiceAccountKind.Kind,
        EventKind.Core,
        EventKind.Grouped,
        DeploymentKind.Kind,
        ReplicaSetKind.Kind,
        StatefulSetKind.Kind,
        DaemonSetKind.Kind,
        ControllerRevisionKind.Kind,
        JobKind.Kind,
        LeaseKind.Kind,
        EndpointSliceKind.Kind,
        NetworkPolicyKind.Kind,
        ClusterNetworkPolicyKind.Kind,
        CustomResourceDefinitionKind.Kind,
    ]);

    public IReadOnlyList<ResourceKind> All { get; }

    public ResourceKind? Find(string group, string version, string plural) => _byPath.GetValueOrDefault((group, version, plural));

    internal ResourceKind? ByStorageKey(string storageKey) => _byStorageKey.GetValueOrDefault(storageKey);
}
