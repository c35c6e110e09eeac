using System.Net;
using System.Net.Sockets;

namespace Weft.Dns.Serving;

/// <summary>Takes connections on one address. A client may send many queries without waiting; each is answered when its answer is there (RFC 7766, section 6.2.1).</summary>
internal sealed class StreamListener : IAsyncDisposable
{
    // include/uapi/asm-generic/socket.h. The framework's ReuseAddress would let a second server listen beside this one.
    private const int SolSocket = 1, SoReuseAddress = 2;

    private const int Backlog = 128;

    private readonly DnsService _service;
    private readonly StreamLimits _limits;
    private readonly Socket _listener;
    private readonly StreamConnections _connections;
    private readonly CancellationTokenSource _ends = new();
    private readonly Task _accepting, _watching;

    /// <exception cref="DnsListenException">The address cannot be had.</exception>
    public StreamListener(DnsService service, IPEndPoint address, StreamLimits limits)
    {
        (_service, _limits, _connections) = (service, limits, new StreamConnections(limits));
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.SetRawSocketOption(SolSocket, SoReuseAddress, BitConverter.GetBytes(1));
            _listener.Bind(address);
            _listener.Listen(Backlog);
        }
        catch (SocketException e)
        {
            _listener.Dispose();
            throw new DnsListenException($"cannot take connections at {address}: {e.Message}", e);
        }

        _accepting = AcceptAsync();
        _watching = WatchAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _connections.CloseAll();
        _ends.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_ends.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_ends.Token).ConfigureAwait(false);
                Take(socket);
            }
            catch (SocketException)
            {
                // The client left while it waited, or there is no descriptor left: those that are idle end soon.
                await Task.Delay(10).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Take(Socket socket)
    {
        var connection = new StreamConnection(_service, socket, _limits);
        if (!_connections.TryAdd(connection))
            connection.Close();
        else
            _ = ServeAsync(connection);
    }

    private async Task ServeAsync(StreamConnection connection)
    {
        await connection.RunAsync().ConfigureAwait(false);
        connection.Close();
        _connections.Remove(connection);
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(_limits.Patience / 4);
        try
        {
            while (await timer.WaitForNextTickAsync(_ends.Token).ConfigureAwait(false))
                _connections.CloseIdle();
        }
        catch (OperationCanceledException)
        {
            // The listener ends.
        }
    }
}
