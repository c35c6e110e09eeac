using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Weft.Model;
using Weft.Model.Nodes;

namespace Weft.Tests.Compilers;

/// <summary>A state as JSON for people: addresses as text, one route per line.</summary>
internal static class NodeStateText
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutComputed } },
        Converters = { new TextConverter<IpAddress>(), new TextConverter<IpPrefix>(), new TextConverter<MacAddress>(), new JsonStringEnumConverter() },
    };

    /// <summary>Everything but nftables and CNI.</summary>
    public static string Routes(NodeState state)
    {
        var parts = new List<string> { Block("sysctls", state.Sysctls) };
        if (state.Overlay is { } overlay)
            parts.Add($"  \"overlay\": {JsonSerializer.Serialize(overlay, Options)}");
        parts.Add(Block("forwarding", state.Forwarding));
        parts.Add(Block("neighbours", state.Neighbours));
        parts.Add(Block("routes", state.Routes));
        parts.Add(Block("rules", state.Rules));
        return $"{{\n{string.Join(",\n", parts)}\n}}\n";
    }

    private static void LeaveOutComputed(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => property.Set is null).ToList())
            type.Properties.Remove(property);
    }

    private static string Block<T>(string name, EquatableArray<T> items)
        where T : IEquatable<T>
    {
        var lines = items.Select(item => $"    {JsonSerializer.Serialize(item, Options)}").ToList();
        return lines.Count == 0 ? $"  \"{name}\": []" : $"  \"{name}\": [\n{string.Join(",\n", lines)}\n  ]";
    }

    private sealed class TextConverter<T> : JsonConverter<T>
        where T : notnull
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
