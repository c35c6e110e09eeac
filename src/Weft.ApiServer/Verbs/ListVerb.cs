using System.Text;
using System.Text.Encodings.Web;
using Weft.ApiServer.Json;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Storage;
using Weft.ApiServer.Tables;

namespace Weft.ApiServer.Verbs;

/// <summary>GET of a collection: one consistent moment, whole or page by page.</summary>
internal static class ListVerb
{
    public static Task HandleAsync(ResourceRequest request, ListOptions options)
    {
        var format = Accept.Negotiate(request.Context.Request);
        var page = ReadPage(request, options);
        return format == OutputFormat.Table ? WriteTableAsync(request, page) : WriteListAsync(request, page, format);
    }

    private static Page ReadPage(ResourceRequest request, ListOptions options)
    {
        var (snapshot, all) = Source(request, options);
        var items = all.Where(options.Selects).Take(options.Limit is { } limit ? limit + 1 : int.MaxValue).ToList();
        if (options.Limit is not { } asked || items.Count <= asked)
            return new(snapshot.Revision, items, null, null);
        items.RemoveAt(asked);
        var remaining = options.SelectsEverything ? all.Count() - asked : (long?)null;
        return new(snapshot.Revision, items, request.Server.Pages.Continue(snapshot, items[^1]), remaining);
    }

    /// <summary>The moment to show, and its objects from the page's start.</summary>
    private static (Snapshot Snapshot, IEnumerable<StoredObject> Objects) Source(ResourceRequest request, ListOptions options)
    {
        var current = request.Server.Store.Current;
        if (options.Continue is not { } token)
        {
            var snapshot = SnapshotFor(request, options, current);
            return (snapshot, snapshot.Of(request.Kind.StorageKey).In(request.Namespace));
        }
        var (resumed, ns, name) = request.Server.Pages.Resume(token, current);
        return (resumed, resumed.Of(request.Kind.StorageKey).In(request.Namespace).SkipWhile(o => !IsAfter(o, ns, name)));
    }

    private static Snapshot SnapshotFor(ResourceRequest request, ListOptions options, Snapshot current)
    {
        if (options.Revision is not { } revision || revision == 0)
            return current;
        if (revision > current.Revision)
            throw Status.TooLargeRevision(revision, current.Revision);
        var exact = options.Match == "Exact" || (options.Match.Length == 0 && options.Limit is not null);
        return exact ? request.Server.Pages.Find(revision, current) : current;
    }

    private static bool IsAfter(StoredObject obj, string ns, string name)
    {
        var order = string.CompareOrdinal(obj.Namespace, ns);
        return order > 0 || (order == 0 && string.CompareOrdinal(obj.Name, name) > 0);
    }

    private static async Task WriteTableAsync(ResourceRequest request, Page page)
    {
        var table = new TableWriter(request);
        table.Begin(page.Revision, page.Continue, page.Remaining);
        foreach (var item in page.Items)
            table.Row(item);
        await Response.WriteBytesAsync(request.Context, 200, table.End());
    }

    private static async Task WriteListAsync(ResourceRequest request, Page page, OutputFormat format)
    {
        var response = request.Context.Response;
        response.ContentType = "application/json";
        var writer = response.BodyWriter;
        var (kind, version) = format == OutputFormat.Metadata
            ? ("PartialObjectMetadataList", "meta.k8s.io/v1")
            : (request.Kind.Kind + "List", request.Kind.ApiVersion);
        var metadata = $"\"resourceVersion\":\"{page.Revision}\"";
        if (page.Continue is not null)
            metadata += $",\"continue\":\"{JavaScriptEncoder.Default.Encode(page.Continue)}\"";
        if (page.Remaining is not null)
            metadata += $",\"remainingItemCount\":{page.Remaining}";
        writer.Write(Encoding.UTF8.GetBytes($$"""{"kind":"{{kind}}","apiVersion":"{{version}}","metadata":{{{metadata}}},"items":["""));
        var first = true;
        foreach (var item in page.Items)
        {
            if (!first)
                writer.Write(","u8.ToArray());
            first = false;
            writer.Write(format == OutputFormat.Metadata ? JsonText.Write(PartialMetadata.Of(request.Read(item))) : request.Bytes(item));
            await Response.FlushWhenLargeAsync(writer, request.Aborted);
        }
        writer.Write("]}\n"u8.ToArray());
        await writer.FlushAsync(request.Aborted);
    }

    /// <param name="Remaining">How many objects are on later pages, where that is known without reading them.</param>
    private sealed record Page(ulong Revision, IReadOnlyList<StoredObject> Items, string? Continue, long? Remaining);
}
