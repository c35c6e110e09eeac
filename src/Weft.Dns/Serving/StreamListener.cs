using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Weft.Dns.Serving;

/// <summary>Answers on connections. A client may send many queries without waiting; each is answered when its answer is there (RFC 7766, section 6.2.1).</summary>
public sealed class StreamListener : IAsyncDisposable
{
    private const int MostConnections = 256, MostPending = 64;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    private readonly DnsService _service;
    private readonly Socket _listener;
    private readonly SemaphoreSlim _free = new(MostConnections);
    private readonly CancellationTokenSource _ends = new();
    private readonly Task _accepting;

    /// <summary>Opens the socket.</summary>
    /// <exception cref="SocketException">The address cannot be had.</exception>
    public StreamListener(DnsService service, IPEndPoint address)
    {
        _service = service;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            _listener.Bind(address);
            _listener.Listen();
        }
        catch
        {
            _listener.Dispose();
            throw;
        }

        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        _ends.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_ends.IsCancellationRequested)
        {
            try
            {
                await _free.WaitAsync(_ends.Token).ConfigureAwait(false);
                _ = ServeAsync(await _listener.AcceptAsync(_ends.Token).ConfigureAwait(false));
            }
            catch (SocketException)
            {
                _free.Release();
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        using var connection = new Connection(_service, DnsClient.From((IPEndPoint)socket.RemoteEndPoint!, DnsTransport.Stream), stream);
        try
        {
            socket.NoDelay = true;
            while (await connection.ReadAsync(_ends.Token).ConfigureAwait(false))
            {
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has gone, or says nothing.
        }

        _free.Release();
    }

    private sealed class Connection(DnsService service, DnsClient client, Stream stream) : IDisposable
    {
        private readonly byte[] _query = new byte[2 + ushort.MaxValue];
        private readonly SemaphoreSlim _writing = new(1), _pending = new(MostPending);

        /// <summary>Takes one query; false at the end of the connection.</summary>
        public async Task<bool> ReadAsync(CancellationToken ends)
        {
            using var idle = CancellationTokenSource.CreateLinkedTokenSource(ends);
            idle.CancelAfter(Idle);
            if (await stream.ReadAtLeastAsync(_query.AsMemory(0, 2), 2, throwOnEndOfStream: false, idle.Token).ConfigureAwait(false) < 2)
                return false;
            int length = BinaryPrimitives.ReadUInt16BigEndian(_query);
            await stream.ReadExactlyAsync(_query.AsMemory(2, length), idle.Token).ConfigureAwait(false);
            await _pending.WaitAsync(idle.Token).ConfigureAwait(false);
            await AnswerAsync(_query.AsMemory(2, length), ends).ConfigureAwait(false);
            return true;
        }

        public void Dispose() => _writing.Dispose();

        private async Task AnswerAsync(ReadOnlyMemory<byte> query, CancellationToken ends)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(2 + Responder.LongestMessage);
            if (!service.TryAnswer(client, query.Span, buffer.AsSpan(2), out var length))
            {
                _ = AnswerLaterAsync(query.ToArray(), buffer, ends);
                return;
            }

            await WriteAsync(buffer, length, ends).ConfigureAwait(false);
        }

        private async Task AnswerLaterAsync(byte[] query, byte[] buffer, CancellationToken ends)
        {
            try
            {
                var length = await service.AnswerAsync(client, query, buffer.AsMemory(2)).ConfigureAwait(false);
                await WriteAsync(buffer, length, ends).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client did not wait.
            }
        }

        private async Task WriteAsync(byte[] buffer, int length, CancellationToken ends)
        {
            try
            {
                if (length == 0)
                    return;
                BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)length);
                await _writing.WaitAsync(ends).ConfigureAwait(false);
                try
                {
                    await stream.WriteAsync(buffer.AsMemory(0, 2 + length), ends).ConfigureAwait(false);
                }
                finally
                {
                    _writing.Release();
                }
            }
            finally
            {
                _pending.Release();
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
