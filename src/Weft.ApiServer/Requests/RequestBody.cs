using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Weft.ApiServer.Json;
using Weft.ApiServer.Protobuf;

namespace Weft.ApiServer.Requests;

/// <summary>Reads request bodies into JSON trees.</summary>
internal static class RequestBody
{
    private const string ObjectTypes = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

    /// <summary>The media type without its parameters; JSON when the header is absent.</summary>
    public static string ContentType(HttpRequest request)
    {
        var header = request.ContentType ?? "";
        var end = header.IndexOf(';');
        var type = (end < 0 ? header : header[..end]).Trim().ToLowerInvariant();
        return type.Length == 0 ? "application/json" : type;
    }

    /// <summary>An object in JSON or YAML.</summary>
    public static async Task<JsonObject> ReadObjectAsync(HttpRequest request, CancellationToken ct) =>
        await ReadOptionalObjectAsync(request, ct) ?? throw Status.BadRequest("unable to decode: the body of the request is empty");

    /// <summary>An object in JSON or YAML, null when the body is empty.</summary>
    public static async Task<JsonObject?> ReadOptionalObjectAsync(HttpRequest request, CancellationToken ct)
    {
        var bytes = await ReadBytesAsync(request, ct);
        if (bytes.Length == 0)
            return null;
        var node = ContentType(request) switch
        {
            "application/json" => ParseJson(bytes),
            "application/yaml" => ParseYaml(bytes),
            ProtobufText.ContentType => ParseProtobuf(bytes),
            _ => throw Status.UnsupportedMediaType(ObjectTypes),
        };
        return node as JsonObject ?? throw Status.BadRequest("couldn't get version/kind; json parse error: the body of the request is not an object");
    }

    public static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request, CancellationToken ct)
    {
        try
        {
            using var buffer = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, 1 << 20));
            await request.Body.CopyToAsync(buffer, ct);
            return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new StatusException(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728");
        }
        catch (BadHttpRequestException e)
        {
            throw Status.BadRequest(e.Message);
        }
    }

    public static JsonNode? ParseJson(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonText.Parse(bytes.Span);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            throw Status.BadRequest($"couldn't get version/kind; json parse error: {e.Message}");
        }
    }

    private static JsonObject ParseProtobuf(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return ProtobufText.Parse(bytes.Span);
        }
        catch (FormatException e)
        {
            throw Status.BadRequest(e.Message);
        }
        catch (NotSupportedException)
        {
            throw Status.UnsupportedMediaType("application/json, application/yaml");
        }
    }

    public static JsonNode? ParseYaml(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return YamlText.Parse(bytes.Span);
        }
        catch (FormatException e)
        {
            throw Status.BadRequest($"error parsing YAML: {e.Message}");
        }
    }
}
