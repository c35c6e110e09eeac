using System.Text.Json;

namespace Weft.Kubernetes.Client;

/// <summary>Makes an object of its UTF-8 JSON text.</summary>
internal delegate T DecodeObject<out T>(ReadOnlySpan<byte> utf8);

/// <summary>Reads the pages of a list, object by object: one that cannot be read does not hide the others.</summary>
internal sealed class ListReader<T>(ResourceType resource, DecodeObject<T> decode)
{
    private readonly List<T> _items = [];
    private readonly List<string> _unreadable = [];
    private string _version = "";

    /// <summary>The token of the next page; null after the last.</summary>
    public string? Continue { get; private set; }

    /// <summary>How many pages were read.</summary>
    public int Pages { get; private set; }

    public KubeList<T> ToList() => new(_items, _version, _unreadable);

    /// <summary>Reads one page.</summary>
    /// <exception cref="KubeApiException">The text is no list.</exception>
    public void Read(ReadOnlySpan<byte> body)
    {
        Continue = null;
        Pages++;
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException("not an object");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isItems = reader.ValueTextEquals("items"u8);
                var isMetadata = reader.ValueTextEquals("metadata"u8);
                reader.Read();
                if (isItems && reader.TokenType == JsonTokenType.StartArray)
                    ReadItems(ref reader, body);
                else if (isMetadata)
                    ReadMetadata(JsonElement.ParseValue(ref reader));
                else
                    reader.Skip();
            }
        }
        catch (JsonException error)
        {
            throw new KubeApiException(0, "InvalidResponse", $"the list of {resource.Plural} is not readable: {error.Message}", inner: error);
        }
    }

    private void ReadItems(ref Utf8JsonReader reader, ReadOnlySpan<byte> body)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var item = body[start..(int)reader.BytesConsumed];
            try
            {
                _items.Add(decode(item));
            }
            catch (JsonException error)
            {
                _unreadable.Add($"{resource.Kind} {Identify(item)}: {error.Message}");
            }
        }
    }

    private void ReadMetadata(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object)
            return;
        if (metadata.TryGetProperty("resourceVersion", out var version))
            _version = version.ToString();
        if (metadata.TryGetProperty("continue", out var next) && next.ToString() is { Length: > 0 } token)
            Continue = token;
    }

    private static string Identify(ReadOnlySpan<byte> item)
    {
        var reader = new Utf8JsonReader(item);
        var root = JsonElement.ParseValue(ref reader);
        return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object
            ? $"{Text(metadata, "namespace")}/{Text(metadata, "name")}"
            : "without metadata";
    }

    private static string Text(JsonElement metadata, string name) => metadata.TryGetProperty(name, out var value) ? value.ToString() : "";
}
