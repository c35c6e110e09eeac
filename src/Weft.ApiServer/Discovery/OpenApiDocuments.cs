using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Schemas;

namespace Weft.ApiServer.Discovery;

/// <summary>The OpenAPI documents: <c>/openapi/v2</c>, and per group and version under <c>/openapi/v3</c>, made when first asked for.</summary>
/// <remarks>
/// kubectl reads v3, and only for a kind that v3 lacks does it ask for v2, as protobuf. That document is empty on purpose: kubectl then
/// says in its own words that there is no such kind.
/// </remarks>
internal sealed class OpenApiDocuments(KindTable kinds)
{
    private const string ProtobufV2 = "application/com.github.proto-openapi.spec.v2";

    /// <summary>A gnostic <c>openapi.v2.Document</c>: <c>1 swagger "2.0", 2 info {1 title "weft", 2 version "v1"}</c>.</summary>
    private static readonly byte[] EmptyV2 = [0x0A, 3, .. "2.0"u8, 0x12, 10, 0x0A, 4, .. "weft"u8, 0x12, 2, .. "v1"u8];

    private readonly Lazy<byte[]> _v2 = new(() => JsonText.Write(ObjectSchemas.OpenApiV2()));

    private readonly Lazy<Dictionary<string, byte[]>> _v3 = new(() => kinds.All
        .Select(k => (k.Group, k.Version))
        .Distinct()
        .ToDictionary(gv => PathOf(gv.Group, gv.Version), gv => JsonText.Write(ObjectSchemas.OpenApiV3(gv.Group, gv.Version)), StringComparer.Ordinal));

    public bool Matches(string path) => path is "/openapi/v2" or "/openapi/v3" || path.StartsWith("/openapi/v3/", StringComparison.Ordinal);

    public Task WriteAsync(HttpContext context, string path)
    {
        if (context.Request.Method != "GET")
            throw Status.MethodNotAllowed();
        if (!AcceptsJson(context.Request))
        {
            return path == "/openapi/v2" && Accept.Ranges(context.Request).Any(r => r.StartsWith(ProtobufV2, StringComparison.Ordinal))
                ? Response.WriteBytesAsync(context, 200, EmptyV2, ProtobufV2 + ".v1.0+protobuf")
                : throw Status.NotAcceptable();
        }
        if (path == "/openapi/v2")
            return Response.WriteBytesAsync(context, 200, _v2.Value);
        if (path == "/openapi/v3")
            return Response.WriteJsonAsync(context, 200, Index());
        return _v3.Value.TryGetValue(path["/openapi/v3/".Length..], out var document)
            ? WriteVersionAsync(context, document)
            : throw Status.NoSuchResource();
    }

    private static string PathOf(string group, string version) => group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";

    private static bool AcceptsJson(HttpRequest request)
    {
        var ranges = Accept.Ranges(request);
        return ranges.Count == 0 || ranges.Any(r => r.StartsWith("application/json", StringComparison.Ordinal) || r.StartsWith("*/*", StringComparison.Ordinal));
    }

    private static string Hash(byte[] document) => Convert.ToHexString(SHA256.HashData(document));

    /// <summary>A document asked for by its hash never changes, so clients keep it.</summary>
    private static Task WriteVersionAsync(HttpContext context, byte[] document)
    {
        var hash = Hash(document);
        context.Response.Headers.ETag = $"\"{hash}\"";
        if (context.Request.Query["hash"].ToString() == hash)
            context.Response.Headers.CacheControl = "public, immutable, max-age=31536000";
        return Response.WriteBytesAsync(context, 200, document);
    }

    private JsonObject Index()
    {
        var paths = new JsonObject();
        foreach (var (path, document) in _v3.Value)
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash={Hash(document)}" };
        return new JsonObject { ["paths"] = paths };
    }
}
