using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Weft.Lab.Control;
using Weft.Netlink.Namespaces;

namespace Weft.Lab.Publishing;

/// <summary>Where a published port leads at this moment: a namespace to connect from, and the address.</summary>
public sealed record PublishedBackend(string NamespacePath, IPEndPoint Address);

/// <summary>Leads connections to listening sockets of the host's loopback into the lab.</summary>
/// <param name="resolve">Finds the backend of a target for one new connection, so that replaced pods are followed.</param>
public sealed class Publisher(Func<string, CancellationToken, Task<PublishedBackend>> resolve) : IDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, (Socket Listener, string Target)> _ports = new(StringComparer.Ordinal);

    /// <summary>What is published now.</summary>
    public IReadOnlyList<PublishedPort> Ports => [.. _ports.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => new PublishedPort(p.Key, p.Value.Target))];

    /// <summary>Takes over a listening socket; one of the same address is replaced.</summary>
    public void Publish(Socket listener, string target, CancellationToken ct)
    {
        var address = listener.LocalEndPoint!.ToString()!;
        if (_ports.TryRemove(address, out var former))
            former.Listener.Dispose();
        _ports[address] = (listener, target);
        _ = Task.Run(() => AcceptAsync(listener, target, ct), CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (listener, _) in _ports.Values)
            listener.Dispose();
    }

    private async Task AcceptAsync(Socket listener, string target, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            Socket connection;
            try
            {
                connection = await listener.AcceptAsync(ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException or SocketException)
            {
                return;
            }

            _ = Task.Run(() => ForwardAsync(connection, target, ct), CancellationToken.None);
        }
    }

    private async Task ForwardAsync(Socket client, string target, CancellationToken ct)
    {
        using var _ = client;
        try
        {
            var backend = await resolve(target, ct).ConfigureAwait(false);
            using var server = await ConnectAsync(backend, ct).ConfigureAwait(false);
            client.NoDelay = true;
            server.NoDelay = true;
            await Task.WhenAll(PumpAsync(client, server, ct), PumpAsync(server, client, ct)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or LabException or OperationCanceledException or IOException)
        {
            await Console.Error.WriteLineAsync($"publish {target}: {e.Message}").ConfigureAwait(false);
            client.LingerState = new LingerOption(enable: true, seconds: 0);
        }
    }

    private static async Task<Socket> ConnectAsync(PublishedBackend backend, CancellationToken ct)
    {
        using var space = NetworkNamespace.Open(backend.NamespacePath);
        var socket = space.Run(() => new Socket(backend.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(ConnectLimit);
        try
        {
            await socket.ConnectAsync(backend.Address, limit.Token).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, CancellationToken ct)
    {
        var buffer = new byte[32 << 10];
        while (true)
        {
            var length = await from.ReceiveAsync(buffer, ct).ConfigureAwait(false);
            if (length == 0)
            {
                to.Shutdown(SocketShutdown.Send);
                return;
            }

            await to.SendAsync(buffer.AsMemory(0, length), ct).ConfigureAwait(false);
        }
    }
}
