using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Weft.ApiServer.Json;
using Weft.ApiServer.Storage;
using Weft.ApiServer.Tables;

namespace Weft.ApiServer.Requests;

/// <summary>Writes answers.</summary>
internal static class Response
{
    /// <summary>One object, in the form the client asked for.</summary>
    public static Task WriteObjectAsync(ResourceRequest request, StoredObject stored, int code = 200)
    {
        switch (Accept.Negotiate(request.Context.Request))
        {
            case OutputFormat.Table:
                var table = new TableWriter(request);
                table.Begin(stored.Revision, null, null);
                table.Row(stored);
                return WriteBytesAsync(request.Context, code, table.End());
            case OutputFormat.Metadata:
                return WriteJsonAsync(request.Context, code, PartialMetadata.Of(request.Read(stored)));
            default:
                return WriteBytesAsync(request.Context, code, request.Bytes(stored));
        }
    }

    public static Task WriteJsonAsync(HttpContext context, int code, JsonNode node, string contentType = "application/json") =>
        WriteBytesAsync(context, code, JsonText.Write(node), contentType);

    public static async Task WriteBytesAsync(HttpContext context, int code, ReadOnlyMemory<byte> bytes, string contentType = "application/json")
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.Length;
        await context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>Sends what is buffered once it is a good piece, so that a long list never stands in memory whole.</summary>
    public static ValueTask<FlushResult> FlushWhenLargeAsync(PipeWriter writer, CancellationToken ct) =>
        writer.UnflushedBytes > 64 * 1024 ? writer.FlushAsync(ct) : ValueTask.FromResult<FlushResult>(default);

    /// <summary>A <c>Warning</c> header that kubectl shows to the user.</summary>
    public static void Warn(HttpContext context, string text)
    {
        var clean = string.Concat(text.Where(c => c is >= ' ' and < (char)127)).Replace("\\", "\\\\").Replace("\"", "\\\"");
        context.Response.Headers.Append("Warning", $"299 - \"{clean}\"");
    }

    public static void Write(this IBufferWriter<byte> writer, ReadOnlyMemory<byte> bytes) => writer.Write(bytes.Span);
}
