using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.Kubernetes.Client;

/// <summary>Reads the body of a watch: one JSON object per line, <c>{"type":"ADDED","object":{…}}</c>.</summary>
internal sealed class WatchStream<T>(Stream body, DecodeObject<T> decode, string operation, Uri server)
{
    private const int MaximumLine = 16 << 20;

    /// <summary>The changes until the server ends the stream.</summary>
    /// <param name="limit">Cancelled when the stream has lasted longer than the server was to let it, or with <paramref name="cancel"/>.</param>
    /// <param name="cancel">The reader's wish to end.</param>
    /// <exception cref="KubeApiException">The server sent an error, the connection broke, or a line is no event.</exception>
    public async IAsyncEnumerable<WatchEvent<T>> ReadAllAsync([EnumeratorCancellation] CancellationToken limit, CancellationToken cancel)
    {
        var pipe = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 16 << 10, leaveOpen: true));
        while (true)
        {
            var read = await ReadAsync(pipe, limit, cancel).ConfigureAwait(false);
            var rest = read.Buffer;
            while (TryReadLine(ref rest, out var line))
            {
                if (Parse(line) is { } change)
                    yield return change;
            }

            if (rest.Length > MaximumLine)
                throw new KubeApiException(0, "InvalidResponse", $"{operation}: an event is larger than {MaximumLine >> 20} MiB");
            pipe.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
                yield break;
        }
    }

    private async Task<ReadResult> ReadAsync(PipeReader pipe, CancellationToken limit, CancellationToken cancel)
    {
        try
        {
            return await pipe.ReadAsync(limit).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or HttpRequestException || (error is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw KubeApiException.Unreachable(operation, server, error is OperationCanceledException ? new TimeoutException("it ended no watch in time") : error);
        }
    }

    private static bool TryReadLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (buffer.PositionOf((byte)'\n') is not { } end)
            return false;
        line = buffer.Slice(0, end);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }

    private WatchEvent<T>? Parse(ReadOnlySequence<byte> line)
    {
        if (line.IsSingleSegment)
            return Parse(line.FirstSpan);
        var length = (int)line.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        line.CopyTo(rented);
        try
        {
            return Parse(rented.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private WatchEvent<T>? Parse(ReadOnlySpan<byte> line)
    {
        if (line.Trim(" \r\t"u8).IsEmpty)
            return null;
        try
        {
            Split(line, out var type, out var obj);
            if (type == "ERROR")
                throw Error(obj);
            return new WatchEvent<T>(TypeOf(type), decode(obj), Version(obj));
        }
        catch (JsonException error)
        {
            throw new KubeApiException(0, "InvalidResponse", $"{operation}: the server sent what is no event: {error.Message}", inner: error);
        }
    }

    private static void Split(ReadOnlySpan<byte> line, out string type, out ReadOnlySpan<byte> obj)
    {
        type = "";
        obj = default;
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("not an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String)
                type = reader.GetString()!;
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isObject)
                obj = line[start..(int)reader.BytesConsumed];
        }

        if (obj.IsEmpty)
            throw new JsonException("no object");
    }

    private static WatchEventType TypeOf(string type) => type switch
    {
        "ADDED" => WatchEventType.Added,
        "MODIFIED" => WatchEventType.Modified,
        "DELETED" => WatchEventType.Deleted,
        "BOOKMARK" => WatchEventType.Bookmark,
        _ => throw new JsonException($"unknown event type '{type}'"),
    };

    private static string Version(ReadOnlySpan<byte> obj)
    {
        var reader = new Utf8JsonReader(obj);
        for (reader.Read(); reader.Read() && reader.TokenType == JsonTokenType.PropertyName; reader.Skip())
        {
            if (!reader.ValueTextEquals("metadata"u8))
                continue;
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("resourceVersion"u8) && reader.Read())
                    return reader.GetString() ?? "";
                reader.Skip();
            }
        }

        return "";
    }

    private static KubeApiException Error(ReadOnlySpan<byte> obj)
    {
        var status = JsonNode.Parse(obj) as JsonObject ?? throw new JsonException("an ERROR event without a status");
        return KubeApiException.FromStatus(status, code: 500);
    }
}
