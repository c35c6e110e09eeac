using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Weft.Dns.Wire;

namespace Weft.Dns.Forwarding;

/// <summary>A connection to a server: queries go out without waiting for each other, and answers come in any order (RFC 7766, section 6.2.1.1).</summary>
/// <remarks>Two queries may have one id, so each has another one here, which the answer is known by; the caller gets his own back.</remarks>
internal sealed class UpstreamConnection : IDisposable
{
    private readonly Stream _stream;
    private readonly Timer _idle;
    private readonly TimeSpan _idleTime;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<ushort, Waiting> _waiting = new();
    private volatile bool _closed;
    private long _used = Environment.TickCount64, _heard;

    public UpstreamConnection(Stream stream, TimeSpan idle)
    {
        (_stream, _idleTime) = (stream, idle);
        _idle = new Timer(_ => CloseIfIdle(), null, idle, idle);
        _ = ReadAsync();
    }

    /// <summary>Whether it can be used.</summary>
    public bool IsOpen => !_closed;

    /// <summary>Asks, and waits for the answer.</summary>
    /// <exception cref="IOException">The connection ended before.</exception>
    public async Task<int> ExchangeAsync(ReadOnlyMemory<byte> query, Memory<byte> answer, CancellationToken ct)
    {
        var waiting = new Waiting(query, answer);
        var id = Register(waiting);
        var heard = Interlocked.Read(ref _heard);
        try
        {
            await WriteAsync(query, id, ct).ConfigureAwait(false);
            return await waiting.Answered.Task.WaitAsync(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (heard == Interlocked.Read(ref _heard))
        {
            // Not a word since the query: the other end may have gone without saying so.
            Close(new IOException("the server is silent"));
            throw;
        }
        finally
        {
            // The reader writes into the caller's memory under this lock, and never after it.
            lock (waiting)
                waiting.IsOver = true;
            _waiting.TryRemove(id, out _);
            Interlocked.Exchange(ref _used, Environment.TickCount64);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Close(new IOException("the connection was closed"));

    private ushort Register(Waiting waiting)
    {
        Span<byte> random = stackalloc byte[2];
        while (!_closed)
        {
            RandomNumberGenerator.Fill(random);
            var id = BinaryPrimitives.ReadUInt16BigEndian(random);
            if (_waiting.TryAdd(id, waiting))
                return id;
        }

        throw new IOException("the connection is closed");
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> query, ushort id, CancellationToken ct)
    {
        var framed = new byte[query.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed.AsMemory(2));
        BinaryPrimitives.WriteUInt16BigEndian(framed.AsSpan(2), id);
        await _writing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            // Half a query would spoil what others send behind it: once begun, it is written whole, or the connection ends.
            ObjectDisposedException.ThrowIf(_closed, this);
            await _stream.WriteAsync(framed, CancellationToken.None).AsTask().WaitAsync(ct).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Close(new IOException("the server takes no queries", e));
            ct.ThrowIfCancellationRequested();
            throw e as IOException ?? new IOException("the connection was closed", e);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[ushort.MaxValue];
        try
        {
            while (true)
            {
                await _stream.ReadExactlyAsync(buffer.AsMemory(0, 2)).ConfigureAwait(false);
                int length = BinaryPrimitives.ReadUInt16BigEndian(buffer);
                await _stream.ReadExactlyAsync(buffer.AsMemory(0, length)).ConfigureAwait(false);
                Interlocked.Increment(ref _heard);
                if (length >= DnsHeader.Length && _waiting.TryGetValue(BinaryPrimitives.ReadUInt16BigEndian(buffer), out var waiting))
                    Deliver(waiting, buffer.AsSpan(0, length));
            }
        }
        catch (Exception e)
        {
            Close(e as IOException ?? new IOException(e.Message, e));
        }
    }

    private void Deliver(Waiting waiting, ReadOnlySpan<byte> answer)
    {
        lock (waiting)
        {
            if (waiting.IsOver || waiting.Answered.Task.IsCompleted)
                return;
            answer.CopyTo(waiting.Buffer.Span);
            waiting.Query.Span[..2].CopyTo(waiting.Buffer.Span);
            if (PlainUpstream.IsAnswer(waiting.Query.Span, waiting.Buffer.Span[..answer.Length]))
                waiting.Answered.TrySetResult(answer.Length);
            else
                waiting.Answered.TrySetException(new IOException("an answer on the connection is to another query"));
        }
    }

    private void CloseIfIdle()
    {
        if (_waiting.IsEmpty && Environment.TickCount64 - Interlocked.Read(ref _used) >= (long)_idleTime.TotalMilliseconds)
            Close(new IOException("the connection was idle"));
    }

    private void Close(IOException reason)
    {
        _closed = true;
        _stream.Dispose();
        _idle.Dispose();
        foreach (var waiting in _waiting.Values)
            waiting.Answered.TrySetException(reason);
    }

    private sealed class Waiting(ReadOnlyMemory<byte> query, Memory<byte> buffer)
    {
        public ReadOnlyMemory<byte> Query { get; } = query;

        public Memory<byte> Buffer { get; } = buffer;

        public bool IsOver { get; set; }

        public TaskCompletionSource<int> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
