using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Kubernetes;

namespace Weft.Node.Policies.Verdicts;

/// <summary>A line of an agent's answer to the question for its verdicts; one of its properties is set.</summary>
public sealed record VerdictLine
{
    /// <summary>A packet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public NamedVerdict? Verdict { get; init; }

    /// <summary>How many packets are missing here: they were denied or audited, and nobody could read them in time.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Missed { get; init; }

    /// <summary>How many packets more there were since the agent listens, which the kernel did not log as they were too many at once; at least.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Unlogged { get; init; }

    /// <summary>What follows happens now; before this came what the agent still held.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsLive { get; init; }
}

/// <summary>Serializer of verdicts.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(EquatableArrayConverterFactory)])]
[JsonSerializable(typeof(VerdictLine))]
[JsonSerializable(typeof(AuditReport))]
public sealed partial class VerdictJson : JsonSerializerContext
{
    /// <summary>For lines that people read too: characters are themselves.</summary>
    public static VerdictJson Plain => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
