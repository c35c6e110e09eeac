using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Storage;
using Weft.ApiServer.Tables;

namespace Weft.ApiServer.Verbs;

/// <summary>Writes watch events: <c>{"type":TYPE,"object":OBJECT}</c> and a line feed.</summary>
/// <remarks>An object's JSON is made once, when it is written; every watch copies the same bytes.</remarks>
internal sealed class WatchFrames(ResourceRequest request, OutputFormat format)
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    private readonly PipeWriter _writer = request.Context.Response.BodyWriter;
    private TableWriter? _table;

    public async Task StartAsync(CancellationToken ct)
    {
        request.Context.Response.ContentType = "application/json";
        request.Context.Response.Headers.CacheControl = "no-cache, private";
        await request.Context.Response.StartAsync(ct);
        await _writer.FlushAsync(ct);
    }

    public async ValueTask EventAsync(string type, StoredObject obj, CancellationToken ct)
    {
        Begin(type);
        _writer.Write(Body(obj));
        End();
        await Response.FlushWhenLargeAsync(_writer, ct);
    }

    public void Bookmark(ulong revision, bool endOfInitialEvents)
    {
        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(), ["creationTimestamp"] = null };
        if (endOfInitialEvents)
            metadata["annotations"] = new JsonObject { [InitialEventsEnd] = "true" };
        var (kind, version) = format switch
        {
            OutputFormat.Table => ("Table", "meta.k8s.io/v1"),
            OutputFormat.Metadata => ("PartialObjectMetadata", "meta.k8s.io/v1"),
            _ => (request.Kind.Kind, request.Kind.ApiVersion),
        };
        var obj = new JsonObject { ["kind"] = kind, ["apiVersion"] = version, ["metadata"] = metadata };
        if (format == OutputFormat.Table)
        {
            obj["columnDefinitions"] = new JsonArray();
            obj["rows"] = new JsonArray();
        }
        Begin("BOOKMARK");
        JsonText.Write(obj, _writer);
        End();
    }

    /// <summary>Tells why the watch ends.</summary>
    public async Task ErrorAsync(StatusException error, CancellationToken ct)
    {
        Begin("ERROR");
        JsonText.Write(error.ToStatus(), _writer);
        End();
        await _writer.FlushAsync(ct);
    }

    public ValueTask<FlushResult> FlushAsync(CancellationToken ct) =>
        _writer.UnflushedBytes > 0 ? _writer.FlushAsync(ct) : ValueTask.FromResult<FlushResult>(default);

    private void Begin(string type)
    {
        _writer.Write("{\"type\":\""u8);
        Encoding.UTF8.GetBytes(type, _writer);
        _writer.Write("\",\"object\":"u8);
    }

    private void End() => _writer.Write("}\n"u8);

    private ReadOnlyMemory<byte> Body(StoredObject obj)
    {
        switch (format)
        {
            case OutputFormat.Table:
                var headers = _table is null;
                _table ??= new TableWriter(request);
                _table.Reset();
                _table.Begin(obj.Revision, null, null, headers);
                _table.Row(obj);
                return _table.End();
            case OutputFormat.Metadata:
                return JsonText.Write(PartialMetadata.Of(request.Read(obj)));
            default:
                return request.Bytes(obj);
        }
    }
}
