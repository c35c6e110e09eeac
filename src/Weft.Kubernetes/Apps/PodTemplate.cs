using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Weft.Kubernetes;

/// <summary>The pod template of a workload, kept whole: pods made from it carry every field, also those Weft does not know.</summary>
/// <param name="Content">The template as written.</param>
[JsonConverter(typeof(Converter))]
public readonly record struct PodTemplate(JsonText Content)
{
    /// <summary>The labels that pods made from it have.</summary>
    public StringMap Labels => Map("labels");

    /// <summary>The annotations that pods made from it have.</summary>
    public StringMap Annotations => Map("annotations");

    /// <summary>This template with one label set, or removed when the value is null.</summary>
    public PodTemplate WithLabel(string key, string? value)
    {
        var root = ToObject();
        if (root["metadata"] is not JsonObject metadata)
            root["metadata"] = metadata = [];
        if (metadata["labels"] is not JsonObject labels)
            metadata["labels"] = labels = [];
        if (value is null)
            labels.Remove(key);
        else
            labels[key] = value;
        return new PodTemplate(JsonText.From(root));
    }

    /// <summary>A new mutable copy: <c>metadata</c> and <c>spec</c>.</summary>
    public JsonObject ToObject() => Content.ToNode() as JsonObject ?? [];

    private StringMap Map(string member) =>
        ToObject()["metadata"]?[member]?.Deserialize(KubeJson.Default.StringMap) ?? default;

    /// <summary>Reads and writes the template as the JSON it is.</summary>
    public sealed class Converter : JsonConverter<PodTemplate>
    {
        /// <inheritdoc/>
        public override PodTemplate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonText.From(JsonElement.ParseValue(ref reader)));

        /// <inheritdoc/>
        public override void Write(Utf8JsonWriter writer, PodTemplate value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Content.ToString(), skipInputValidation: true);
    }
}
