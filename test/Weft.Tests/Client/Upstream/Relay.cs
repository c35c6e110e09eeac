using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Weft.Tests.Client.Upstream;

/// <summary>A wire between client and server that can go dead without a word: connections stay open, nothing passes any more.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly ConcurrentBag<(TcpClient Client, TcpClient Server, CancellationTokenSource Alive)> _wires = [];
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _running;
    private int _accepted;

    public Relay(int target)
    {
        _target = target;
        _listener.Start();
        _running = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections there were.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>All wires of now go dead; new ones work.</summary>
    public void Freeze()
    {
        foreach (var (_, _, alive) in _wires)
            alive.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Stop();
        await _running;
        foreach (var (client, server, alive) in _wires)
        {
            await alive.CancelAsync();
            client.Dispose();
            server.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_ended.Token);
                var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, _target, _ended.Token);
                var alive = new CancellationTokenSource();
                _wires.Add((client, server, alive));
                Interlocked.Increment(ref _accepted);
                _ = PassAsync(client, server, alive.Token);
                _ = PassAsync(server, client, alive.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // Its end.
        }
    }

    private static async Task PassAsync(TcpClient from, TcpClient to, CancellationToken alive)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream(), alive);
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // Dead: what still comes stays in the kernel's buffers.
        }
    }
}
