using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Weft.Kubernetes;

/// <summary>A part of an object that is carried through whole, unknown fields included, and compared by content.</summary>
/// <remarks>The text is canonical: members ordered by name, no white space. The default value is JSON null.</remarks>
[JsonConverter(typeof(Converter))]
public readonly struct JsonText : IEquatable<JsonText>
{
    private readonly string? _text;

    private JsonText(string text) => _text = text;

    /// <summary>Whether there is nothing here.</summary>
    public bool IsNull => _text is null;

    /// <summary>The canonical text of a node.</summary>
    public static JsonText From(JsonNode? node)
    {
        if (node is null)
            return default;
        using var document = JsonDocument.Parse(node.ToJsonString());
        return From(document.RootElement);
    }

    /// <summary>The canonical text of an element.</summary>
    public static JsonText From(JsonElement element)
    {
        if (element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
            return default;
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            WriteCanonical(writer, element);
        return new JsonText(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    /// <summary>A new mutable tree of this part; null when there is nothing.</summary>
    public JsonNode? ToNode() => _text is null ? null : JsonNode.Parse(_text);

    /// <inheritdoc/>
    public bool Equals(JsonText other) => _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is JsonText other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _text?.GetHashCode(StringComparison.Ordinal) ?? 0;

    /// <inheritdoc/>
    public override string ToString() => _text ?? "null";

    /// <summary>Whether both have the same content.</summary>
    public static bool operator ==(JsonText left, JsonText right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(JsonText left, JsonText right) => !left.Equals(right);

    private static void WriteCanonical(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    WriteCanonical(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    WriteCanonical(writer, item);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    /// <summary>Reads and writes the part as the JSON it is.</summary>
    public sealed class Converter : JsonConverter<JsonText>
    {
        /// <inheritdoc/>
        public override bool HandleNull => true;

        /// <inheritdoc/>
        public override JsonText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            From(JsonElement.ParseValue(ref reader));

        /// <inheritdoc/>
        public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.ToString(), skipInputValidation: true);
    }
}
