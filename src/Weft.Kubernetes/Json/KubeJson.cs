using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Weft.Kubernetes;

/// <summary>How typed objects are read and written: camelCase, unknown fields ignored, empty fields omitted.</summary>
/// <remarks>A typed object knows only the fields that Weft uses; to change an object of somebody else, send a patch.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters = [typeof(EquatableArrayConverterFactory), typeof(KubeTimeConverter)])]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(Namespace))]
[JsonSerializable(typeof(Service))]
[JsonSerializable(typeof(ServiceAccount))]
[JsonSerializable(typeof(Endpoints))]
[JsonSerializable(typeof(EndpointSlice))]
[JsonSerializable(typeof(ConfigMap))]
[JsonSerializable(typeof(Secret))]
[JsonSerializable(typeof(EventObject))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(Deployment))]
[JsonSerializable(typeof(ReplicaSet))]
[JsonSerializable(typeof(StatefulSet))]
[JsonSerializable(typeof(DaemonSet))]
[JsonSerializable(typeof(ControllerRevision))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(NetworkPolicy))]
[JsonSerializable(typeof(ClusterNetworkPolicy))]
[JsonSerializable(typeof(PolicyPod))]
[JsonSerializable(typeof(ServiceCidr))]
[JsonSerializable(typeof(PartialObject))]
[JsonSerializable(typeof(StringMap))]
[JsonSerializable(typeof(JsonNode))]
public sealed partial class KubeJson : JsonSerializerContext
{
    /// <summary>The reading and writing rules of a kind.</summary>
    public static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)Default.Options.GetTypeInfo(typeof(T));

    /// <summary>A typed object as an untyped one.</summary>
    public static JsonObject ToJson<T>(T obj) => (JsonObject)JsonSerializer.SerializeToNode(obj, TypeOf<T>())!;

    /// <summary>An untyped object as a typed one.</summary>
    /// <exception cref="JsonException">A field has a shape that its kind does not allow.</exception>
    public static T FromJson<T>(JsonNode node) => node.Deserialize(TypeOf<T>())!;

    /// <summary>A typed object from UTF-8 text.</summary>
    /// <exception cref="JsonException">The text is no JSON, or a field has a shape that its kind does not allow.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> utf8) => JsonSerializer.Deserialize(utf8, TypeOf<T>())!;
}
