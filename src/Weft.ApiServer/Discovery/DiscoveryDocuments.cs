using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;

namespace Weft.ApiServer.Discovery;

/// <summary>Answers what the server serves: <c>/api</c>, <c>/apis</c> and below, made once from the table of kinds.</summary>
internal sealed class DiscoveryDocuments
{
    private readonly Dictionary<string, Document> _plain = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Path, string Version), Document> _aggregated = [];

    public DiscoveryDocuments(KindTable kinds)
    {
        var groups = DiscoveryGroup.All(kinds);
        Add("/api", PlainDiscovery.CoreVersions());
        Add("/apis", PlainDiscovery.Groups(groups.Where(g => g.Name.Length > 0)));
        foreach (var group in groups)
        {
            Add(group.Name.Length == 0 ? "/api/v1" : $"/apis/{group.GroupVersion}", PlainDiscovery.Resources(group));
            if (group.Name.Length > 0)
                Add($"/apis/{group.Name}", PlainDiscovery.Group(group, topLevel: true));
        }
        foreach (var version in (string[])["v2", "v2beta1"])
        {
            Aggregate("/api", version, groups.Where(g => g.Name.Length == 0));
            Aggregate("/apis", version, groups.Where(g => g.Name.Length > 0));
        }
    }

    public bool TryFind(string path, HttpRequest request, out Document document)
    {
        document = default;
        if (request.Method != "GET")
            return false;
        path = path.TrimEnd('/');
        if (path is "/api" or "/apis")
        {
            foreach (var range in Accept.Ranges(request).Where(r => r.Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal)))
            {
                var version = range.Contains("v=v2beta1", StringComparison.Ordinal) ? "v2beta1" : "v2";
                if (_aggregated.TryGetValue((path, version), out document))
                    return true;
            }
        }
        return _plain.TryGetValue(path, out document);
    }

    private void Add(string path, JsonObject document) => _plain[path] = new(JsonText.Write(document), "application/json");

    private void Aggregate(string path, string version, IEnumerable<DiscoveryGroup> groups) =>
        _aggregated[(path, version)] = new(
            JsonText.Write(AggregatedDiscovery.Of(groups, version)),
            $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");

    /// <summary>A document ready to send.</summary>
    public readonly record struct Document(byte[] Json, string ContentType)
    {
        public Task WriteAsync(HttpContext context) => Response.WriteBytesAsync(context, 200, Json, ContentType);
    }
}
