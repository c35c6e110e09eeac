using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Storage;

namespace Weft.ApiServer.Tables;

/// <summary>Writes a <c>meta.k8s.io/v1 Table</c>: the rows of <c>kubectl get</c>, made by the server.</summary>
internal sealed class TableWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _json;
    private readonly ResourceRequest _request;
    private readonly DateTimeOffset _now;
    private readonly string _include;

    public TableWriter(ResourceRequest request)
    {
        _json = new Utf8JsonWriter(_buffer, Options);
        _request = request;
        _now = request.Server.Time.GetUtcNow();
        _include = request.Query["includeObject"].ToString();
        if (_include is not ("" or "None" or "Metadata" or "Object"))
            throw Status.BadRequest($"unrecognized includeObject value: \"{_include}\"");
    }

    /// <summary>Starts a table.</summary>
    /// <param name="continueToken">Set on a page that is not the last.</param>
    /// <param name="headers">Watches name the columns in their first event only.</param>
    public void Begin(ulong revision, string? continueToken, long? remaining, bool headers = true)
    {
        _json.WriteStartObject();
        _json.WriteString("kind", "Table");
        _json.WriteString("apiVersion", "meta.k8s.io/v1");
        _json.WriteStartObject("metadata");
        _json.WriteString("resourceVersion", revision.ToString());
        if (continueToken is not null)
            _json.WriteString("continue", continueToken);
        if (remaining is not null)
            _json.WriteNumber("remainingItemCount", remaining.Value);
        _json.WriteEndObject();
        _json.WriteStartArray("columnDefinitions");
        if (headers)
            WriteColumns();
        _json.WriteEndArray();
        _json.WriteStartArray("rows");
    }

    public void Row(StoredObject stored)
    {
        var tree = stored.Parse();
        _json.WriteStartObject();
        _json.WriteStartArray("cells");
        foreach (var column in _request.Kind.Columns)
            WriteCell(column.Cell(tree, _now));
        _json.WriteEndArray();
        WriteIncluded(tree);
        _json.WriteEndObject();
    }

    /// <summary>Ends the table; the memory is valid until the writer is used again.</summary>
    public ReadOnlyMemory<byte> End()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenMemory;
    }

    /// <summary>Forgets what was written, for the next table.</summary>
    public void Reset()
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
    }

    private void WriteColumns()
    {
        foreach (var column in _request.Kind.Columns)
        {
            _json.WriteStartObject();
            _json.WriteString("name", column.Name);
            _json.WriteString("type", column.Type);
            _json.WriteString("format", column.Format);
            _json.WriteString("description", "");
            _json.WriteNumber("priority", column.Priority);
            _json.WriteEndObject();
        }
    }

    private void WriteCell(JsonNode? cell)
    {
        if (cell is null)
            _json.WriteNullValue();
        else
            cell.WriteTo(_json);
    }

    private void WriteIncluded(JsonObject tree)
    {
        if (_include == "None")
            return;
        _json.WritePropertyName("object");
        if (_include == "Object")
            (_request.Kind.Conversion?.FromStorage(tree) ?? tree).WriteTo(_json);
        else
            PartialMetadata.Of(tree).WriteTo(_json);
    }
}
