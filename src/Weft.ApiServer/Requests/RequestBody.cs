using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Weft.ApiServer.Json;
using Weft.ApiServer.Protobuf;
using Weft.ApiServer.Schemas.Decoding;

namespace Weft.ApiServer.Requests;

/// <summary>Reads request bodies into JSON trees.</summary>
internal static class RequestBody
{
    /// <summary>The largest body; kube-apiserver's limit.</summary>
    private const int MaxBytes = 3 * 1024 * 1024;

    private const string ObjectTypes = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

    /// <summary>The media type without its parameters; JSON when the header is absent.</summary>
    public static string ContentType(HttpRequest request)
    {
        var header = request.ContentType ?? "";
        var end = header.IndexOf(';');
        var type = (end < 0 ? header : header[..end]).Trim().ToLowerInvariant();
        return type.Length == 0 ? "application/json" : type;
    }

    /// <summary>An object in JSON, YAML or protobuf.</summary>
    public static async Task<JsonObject> ReadObjectAsync(HttpRequest request, CancellationToken ct) =>
        (await ReadWithDuplicatesAsync(request, ct)).Object;

    /// <summary>An object, and a sentence for each field that its JSON gives twice.</summary>
    public static async Task<(JsonObject Object, IReadOnlyList<string> Duplicates)> ReadWithDuplicatesAsync(HttpRequest request, CancellationToken ct)
    {
        var bytes = await ReadBytesAsync(request, ct);
        var body = ParseObject(request, bytes) ?? throw Status.BadRequest("unable to decode: the body of the request is empty");
        return (body, ContentType(request) == "application/json" ? DuplicateFields.Find(bytes.Span) : []);
    }

    /// <summary>An object, null when the body is empty.</summary>
    public static async Task<JsonObject?> ReadOptionalObjectAsync(HttpRequest request, CancellationToken ct) =>
        ParseObject(request, await ReadBytesAsync(request, ct));

    /// <summary>The whole body. One that is too large is read to its end, unkept, so that the client gets to see the answer.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request, CancellationToken ct)
    {
        using var body = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, 1 << 20));
        try
        {
            var piece = new byte[16 * 1024];
            var total = 0L;
            while (await request.Body.ReadAsync(piece, ct) is var read and > 0)
            {
                total += read;
                if (total <= MaxBytes)
                    body.Write(piece, 0, read);
            }
            return total <= MaxBytes ? body.GetBuffer().AsMemory(0, (int)body.Length) : throw TooLarge();
        }
        catch (BadHttpRequestException e)
        {
            throw e.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLarge() : Status.BadRequest(e.Message);
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

    private static StatusException TooLarge() => new(413, "RequestEntityTooLarge", $"Request entity too large: limit is {MaxBytes}");

    private static JsonObject? ParseObject(HttpRequest request, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
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
