using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.ApiServer.Json;

/// <summary>JSON in and out, the same everywhere: strict on input, compact and unescaped on output.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Objects nest at most this deep; deeper input is refused before it costs a stack.</summary>
    private static readonly JsonDocumentOptions ReaderOptions = new() { AllowDuplicateProperties = false, MaxDepth = 128 };

    /// <exception cref="JsonException">Not JSON, or a field twice in one object.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8) => JsonNode.Parse(utf8, documentOptions: ReaderOptions);

    /// <summary>Parses JSON that the server wrote itself.</summary>
    public static JsonObject ParseObject(ReadOnlySpan<byte> utf8) => Parse(utf8)!.AsObject();

    public static byte[] Write(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        Write(node, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    public static void Write(JsonNode node, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        node.WriteTo(writer);
    }
}
