using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nodes;
using YamlDotNet.Serialization;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Compilers;

/// <summary>The input of a golden case: a document about the host, then Kubernetes objects.</summary>
internal sealed record YamlCase(string Node, HostView Host, ClusterSnapshot Cluster)
{
    public static YamlCase Parse(string yaml)
    {
        var documents = yaml.Split("\n---\n").Select(ToJson).ToList();
        var host = documents[0];
        var objects = documents[1..];
        return new YamlCase(
            (string)host["node"]!,
            new HostView
            {
                Links = host["links"]?.AsArray().Select(link => Link(link!)).ToEquatableArray() ?? [],
                CniPlugins = host["plugins"]?.AsArray().Select(plugin => (string)plugin!).ToEquatableArray(),
                BridgeNetfilter = (bool?)host["bridgeNetfilter"] ?? true,
                IPv6 = (bool?)host["ipv6"] ?? true,
            },
            new ClusterSnapshot
            {
                Nodes = Of<KubeNode>(objects).ToEquatableArray(),
                Configuration = Of<ConfigMap>(objects).FirstOrDefault(),
                Services = Of<Service>(objects).Select(service => new ServiceObjects(service, SlicesOf(service, objects))).ToEquatableArray(),
            });
    }

    private static IEnumerable<T> Of<T>(IEnumerable<JsonNode> objects)
        where T : KubeObject<T>, IKubeObject<T> => objects.Where(o => (string?)o["kind"] == T.Resource.Kind).Select(KubeJson.FromJson<T>);

    private static EquatableArray<EndpointSlice> SlicesOf(Service service, IEnumerable<JsonNode> objects) => Of<EndpointSlice>(objects)
        .Where(slice => slice.Metadata.Namespace == service.Metadata.Namespace && slice.Metadata.Labels.Find(EndpointSlice.ServiceNameLabel) == service.Metadata.Name)
        .ToEquatableArray();

    private static HostLink Link(JsonNode link) => new(
        (string)link["name"]!,
        (int)link["mtu"]!,
        link["addresses"]!.AsArray().Select(text => Address((string)text!)).ToEquatableArray());

    private static HostAddress Address(string text) =>
        IpPrefix.TryParse(text, out var subnet, out var address) ? new HostAddress(address, subnet.Length) : throw new FormatException(text);

    private static JsonNode ToJson(string yaml)
    {
        var parsed = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize(new StringReader(yaml));
        return JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(parsed))!;
    }
}
