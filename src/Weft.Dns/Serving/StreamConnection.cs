using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Weft.Dns.Serving;

/// <summary>One connection. Whatever queries have arrived are answered with one write; those that wait for others are answered later, in the order in which that is possible.</summary>
/// <remarks>
/// <code>
/// LENGTH 16 | message        RFC 1035, section 4.2.2
/// </code>
/// </remarks>
internal sealed class StreamConnection(DnsService service, Socket socket, StreamLimits limits)
{
    private const int Prefix = 2, UsualRead = 4096;

    private readonly SemaphoreSlim _writing = new(1), _pending = new(limits.Pending);
    private readonly CancellationTokenSource _ends = new();
    private long _lastUse = Stopwatch.GetTimestamp();

    /// <summary>Who asks.</summary>
    public DnsClient Client { get; } = DnsClient.From((IPEndPoint)socket.RemoteEndPoint!, DnsTransport.Stream);

    /// <summary>When a whole query came or something of an answer went, in ticks of <see cref="Stopwatch"/>.</summary>
    public long LastUse => Interlocked.Read(ref _lastUse);

    /// <summary>How long that is ago.</summary>
    public TimeSpan Idle => Stopwatch.GetElapsedTime(LastUse);

    /// <summary>Reads and answers until the client leaves, or is too slow, or sends what no query can be.</summary>
    public async Task RunAsync()
    {
        var input = ArrayPool<byte>.Shared.Rent(UsualRead);
        try
        {
            socket.NoDelay = true;
            var filled = 0;
            while (true)
            {
                var received = await socket.ReceiveAsync(input.AsMemory(filled), _ends.Token).ConfigureAwait(false);
                if (received == 0)
                    break;
                filled += received;
                var taken = await AnswerAsync(input.AsMemory(0, filled)).ConfigureAwait(false);
                input.AsSpan(taken, filled - taken).CopyTo(input);
                filled -= taken;
                input = Fit(input, filled);
            }

            await LetOthersFinishAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The client has gone, or was closed on.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(input);
        }
    }

    /// <summary>Ends it; queries that wait are given up.</summary>
    public void Close()
    {
        _ends.Cancel();
        socket.Dispose();
    }

    /// <summary>Room for the whole of the message that has begun.</summary>
    private static byte[] Fit(byte[] input, int filled)
    {
        var needed = filled < Prefix ? UsualRead : Prefix + BinaryPrimitives.ReadUInt16BigEndian(input);
        if (needed <= input.Length)
            return input;
        var larger = ArrayPool<byte>.Shared.Rent(needed);
        input.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(input);
        return larger;
    }

    /// <summary>Answers the whole queries at the beginning; returns how many bytes they have.</summary>
    private async ValueTask<int> AnswerAsync(ReadOnlyMemory<byte> input)
    {
        var output = ArrayPool<byte>.Shared.Rent(2 * (Prefix + Responder.LongestMessage));
        try
        {
            var (taken, written) = (0, 0);
            while (TryTake(input[taken..], out var query))
            {
                taken += Prefix + query.Length;
                Interlocked.Exchange(ref _lastUse, Stopwatch.GetTimestamp());
                if (output.Length - written < Prefix + Responder.LongestMessage)
                    written = await FlushAsync(output, written).ConfigureAwait(false);
                if (service.TryAnswer(Client, query.Span, output.AsSpan(written + Prefix, Responder.LongestMessage), out var length))
                    written += Frame(output.AsSpan(written), length);
                else
                    written = await DeferAsync(query, output, written).ConfigureAwait(false);
            }

            await FlushAsync(output, written).ConfigureAwait(false);
            return taken;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(output);
        }
    }

    private static bool TryTake(ReadOnlyMemory<byte> input, out ReadOnlyMemory<byte> query)
    {
        query = default;
        if (input.Length < Prefix)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(input.Span);
        if (input.Length - Prefix < length)
            return false;
        query = input.Slice(Prefix, length);
        return true;
    }

    private static int Frame(Span<byte> output, int length)
    {
        if (length == 0)
            return 0;
        BinaryPrimitives.WriteUInt16BigEndian(output, (ushort)length);
        return Prefix + length;
    }

    /// <summary>Lets a query wait for others. When too many do, what is written goes out first, and nothing more is read meanwhile.</summary>
    private async ValueTask<int> DeferAsync(ReadOnlyMemory<byte> query, byte[] output, int written)
    {
        if (!_pending.Wait(0))
        {
            written = await FlushAsync(output, written).ConfigureAwait(false);
            await _pending.WaitAsync(_ends.Token).ConfigureAwait(false);
        }

        _ = AnswerLaterAsync(query.ToArray());
        return written;
    }

    private async Task AnswerLaterAsync(byte[] query)
    {
        try
        {
            if (service.BeginTransfer(Client, query) is { } transfer)
                await SendAsync(transfer).ConfigureAwait(false);
            else
                await SendAsync(query).ConfigureAwait(false);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The client did not wait.
        }
        finally
        {
            _pending.Release();
        }
    }

    private async Task SendAsync(byte[] query)
    {
        var output = ArrayPool<byte>.Shared.Rent(Prefix + Responder.LongestMessage);
        try
        {
            var length = await service.AnswerAsync(Client, query, output.AsMemory(Prefix)).ConfigureAwait(false);
            await FlushAsync(output, Frame(output, length)).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(output);
        }
    }

    private async Task SendAsync(ZoneTransfer transfer)
    {
        var output = ArrayPool<byte>.Shared.Rent(Prefix + Responder.LongestMessage);
        try
        {
            while (transfer.TryWrite(output.AsSpan(Prefix, ZoneTransfer.LongestPart), out var length))
                await FlushAsync(output, Frame(output, length)).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(output);
        }
    }

    private async ValueTask<int> FlushAsync(byte[] output, int length)
    {
        if (length == 0)
            return 0;
        await _writing.WaitAsync(_ends.Token).ConfigureAwait(false);
        try
        {
            for (var sent = 0; sent < length;)
            {
                // Before the client can know of it: who asks first is used first.
                Interlocked.Exchange(ref _lastUse, Stopwatch.GetTimestamp());
                sent += await socket.SendAsync(output.AsMemory(sent, length - sent), _ends.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            _writing.Release();
        }

        return 0;
    }

    /// <summary>The client has said all it wants to say, and still hears what it waits for.</summary>
    private async Task LetOthersFinishAsync()
    {
        for (var i = 0; i < limits.Pending; i++)
            await _pending.WaitAsync(_ends.Token).ConfigureAwait(false);
    }

    private static bool IsEnd(Exception e) => e is SocketException or OperationCanceledException or ObjectDisposedException;
}
