using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Weft.Kubernetes;

/// <summary>Reads a Pod and keeps what policies need of it.</summary>
internal sealed class PolicyPodConverter : JsonConverter<PolicyPod>
{
    public override PolicyPod? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, (JsonTypeInfo<Pod>)options.GetTypeInfo(typeof(Pod))) is { } pod ? PolicyPod.Of(pod) : null;

    public override void Write(Utf8JsonWriter writer, PolicyPod value, JsonSerializerOptions options) =>
        throw new NotSupportedException("a pod as policies see it lacks most of the pod: it is read only");
}
