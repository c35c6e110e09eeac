using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.Compilers.Dns;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Offline;

/// <summary>A cluster as manifests describe it, completed by what a control plane would have given.</summary>
/// <param name="Objects">What compilers read.</param>
/// <param name="Pods">All pods, with node and addresses.</param>
/// <param name="Notes">What was invented, and what cannot be read: a sentence each.</param>
public sealed record OfflineCluster(ClusterSnapshot Objects, EquatableArray<Pod> Pods, EquatableArray<string> Notes)
{
    private const string Unreadable = " cannot be read and is left out: ";

    /// <summary>Of the notes, those about objects that should be there and are not.</summary>
    public IEnumerable<string> LeftOut => Notes.Where(note => note.Contains(Unreadable, StringComparison.Ordinal));

    /// <summary>Reads objects; the same ones give the same cluster. See README.md for what is invented.</summary>
    public static OfflineCluster From(IEnumerable<JsonObject> manifests)
    {
        var notes = new List<string>();
        var objects = manifests.Select(obj => Settle(obj, notes)).OfType<JsonObject>().ToList();
        var given = Of<Service>(objects, notes);
        var shape = new AssumedNetwork(given.Exists(ServiceCompletion.WantsV6));
        var nodes = NodeCompletion.Complete(Of<Node>(objects, notes), shape, notes);
        var pods = PodCompletion.Complete([.. Of<Pod>(objects, notes), .. WorkloadPods.Of(objects, nodes, notes)], nodes, notes);
        var services = ServiceCompletion.Complete(given, notes);
        var slices = Of<EndpointSlice>(objects, notes);
        var endpoints = Of<Endpoints>(objects, notes);
        return new OfflineCluster(
            ClusterDns.Complete(new ClusterSnapshot
            {
                Nodes = [.. nodes],
                Configuration = NodeCompletion.Settings(Of<ConfigMap>(objects, notes), shape, notes),
                Services = services.Select(service => new ServiceObjects(service, SliceCompletion.Of(service, slices, endpoints, pods, notes))).ToEquatableArray(),
                Policies = new PolicyObjects
                {
                    Pods = pods.Select(PolicyPod.Of).ToEquatableArray(),
                    Namespaces = Of<Namespace>(objects, notes).ToEquatableArray(),
                    NetworkPolicies = Of<NetworkPolicy>(objects, notes).ToEquatableArray(),
                    ClusterNetworkPolicies = Of<ClusterNetworkPolicy>(objects, notes).ToEquatableArray(),
                },
            }),
            [.. pods],
            [.. notes.Distinct()]);
    }

    /// <summary>A copy with a namespace where the kind has one, as a client would send it.</summary>
    private static JsonObject? Settle(JsonObject manifest, List<string> notes)
    {
        var copy = (JsonObject)manifest.DeepClone();
        if (copy["metadata"] is not JsonObject metadata || metadata["name"] is not JsonValue)
        {
            notes.Add($"{copy["kind"]} without a name: left out");
            return null;
        }

        if ((string?)copy["kind"] is not ("Node" or "Namespace" or "ClusterNetworkPolicy"))
            metadata["namespace"] ??= "default";
        return copy;
    }

    private static List<T> Of<T>(IEnumerable<JsonObject> objects, List<string> notes)
        where T : KubeObject<T>, IKubeObject<T>
    {
        var read = new List<T>();
        foreach (var obj in objects)
        {
            if ((string?)obj["kind"] != T.Resource.Kind || (string?)obj["apiVersion"] != T.Resource.ApiVersion)
                continue;
            try
            {
                read.Add(KubeJson.FromJson<T>(obj));
            }
            catch (JsonException e)
            {
                notes.Add($"{T.Resource.Kind} {obj["metadata"]!["name"]}{Unreadable}{e.Message}");
            }
        }

        return read;
    }
}
