using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Dns.Wire;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Node.Dns.Asking;

/// <summary>What a client hears who asks a node for a name, and why.</summary>
public sealed record DnsQueryReport
{
    /// <summary>The node that was asked.</summary>
    public string Node { get; init; } = "";

    /// <summary>The pod on whose behalf, as <c>namespace/name</c>; null for nobody's.</summary>
    public string? Pod { get; init; }

    /// <summary>The pod's address; null for nobody's.</summary>
    public string? Client { get; init; }

    /// <summary>The name as it was given.</summary>
    public string Name { get; init; } = "";

    /// <summary>The type asked for.</summary>
    public string Type { get; init; } = "";

    /// <summary>What the pod's resolver completes names with, in order.</summary>
    public EquatableArray<string> Search { get; init; }

    /// <summary>Names with as many dots are tried as they are first; null without a pod.</summary>
    public int? Ndots { get; init; }

    /// <summary>What is to be known of all of it, in sentences.</summary>
    public EquatableArray<string> Notes { get; init; }

    /// <summary>What was asked for in turn; the last one has the records, if any has.</summary>
    public EquatableArray<DnsTry> Tries { get; init; }

    /// <summary>Whether there are records of the type.</summary>
    [JsonIgnore]
    public bool IsAnswered => Tries.Any(one => one.Has(Type));
}

/// <summary>One name that was asked for, and what came of it.</summary>
public sealed record DnsTry
{
    /// <summary>The whole name, with its last dot.</summary>
    public string Name { get; init; } = "";

    /// <summary>What came of it: <c>NOERROR</c>, <c>NXDOMAIN</c>, …</summary>
    public string Code { get; init; } = "";

    /// <summary>The records of the answer.</summary>
    public EquatableArray<DnsRecordLine> Answers { get; init; }

    /// <summary>The zone's start, where there is no record.</summary>
    public EquatableArray<DnsRecordLine> Authorities { get; init; }

    /// <summary>Addresses of what the answer names.</summary>
    public EquatableArray<DnsRecordLine> Additional { get; init; }

    /// <summary>Where the answer comes from: <c>zone</c>, <c>hosts</c>, <c>cache</c>, <c>upstream</c>, <c>stale</c>, <c>failure</c>, <c>server</c>.</summary>
    public string Source { get; init; } = "";

    /// <summary>How long the answer took.</summary>
    public double Milliseconds { get; init; }

    /// <summary>Which object, entry or server answers, for people.</summary>
    public string AnsweredBy { get; init; } = "";

    /// <summary>The Services that it is about, as <c>namespace/name</c>, in the order in which one leads to the next.</summary>
    public EquatableArray<string> Services { get; init; }

    /// <summary>Why, in sentences for people.</summary>
    public EquatableArray<string> Because { get; init; }

    /// <summary>Whether it has records of a type; one of aliases alone that lead nowhere has not.</summary>
    public bool Has(string type) => Code == "NOERROR" && Answers.Any(record => record.Type == type || type == "ANY");
}

/// <summary>A record as text.</summary>
public sealed record DnsRecordLine(string Name, uint Ttl, string Class, string Type, string Data)
{
    /// <summary>The text of a record.</summary>
    public static DnsRecordLine Of(DnsRecord record) =>
        new(record.Name.ToString(), record.Ttl, record.Class.ToString(), record.Type.ToString(), RecordData.Text(record.Type, record.Data.Span));
}

/// <summary>Serializer of what the agent says about names.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(EquatableArrayConverterFactory)])]
[JsonSerializable(typeof(DnsQueryReport))]
[JsonSerializable(typeof(DnsTopReport))]
public sealed partial class DnsJson : JsonSerializerContext
{
    /// <summary>For lines that people read too: characters are themselves.</summary>
    public static DnsJson Plain => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
