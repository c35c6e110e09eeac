using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Weft.Node.Status;

/// <summary>Answers GET requests on one port, a connection each; for probes and scrapers, who ask rarely and need no more of HTTP.</summary>
internal sealed class SmallHttpServer : IDisposable
{
    // Who opens more at once waits in the kernel's queue: nobody's probes can exhaust the agent.
    private const int MostClients = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly TcpListener _listener;
    private readonly SemaphoreSlim _room = new(MostClients);
    private readonly Func<string, HttpAnswer> _answer;

    /// <summary>Listens; <see cref="RunAsync"/> answers.</summary>
    /// <param name="address">Where; null for every address of the machine.</param>
    /// <param name="port">The port; 0 for any free one.</param>
    /// <param name="answer">What to say to the path asked for.</param>
    /// <exception cref="SocketException">The port is taken, or not ours to take.</exception>
    public SmallHttpServer(IPAddress? address, int port, Func<string, HttpAnswer> answer)
    {
        _answer = answer;
        _listener = new TcpListener(address ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any), port);
        if (address is null && Socket.OSSupportsIPv6)
            _listener.Server.DualMode = true;
        _listener.Start();
    }

    /// <summary>The port it listens on.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Serves until cancelled or disposed.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(cancel).ConfigureAwait(false);
                var client = await _listener.AcceptTcpClientAsync(cancel).ConfigureAwait(false);
                _ = ServeAsync(client, cancel);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Its end, on request or with the listener.
        }
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(TcpClient client, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                var buffer = new byte[2048];
                var length = await stream.ReadAsync(buffer, limit.Token).ConfigureAwait(false);
                var words = Encoding.ASCII.GetString(buffer, 0, length).Split(' ', 3);
                var path = words is ["GET", var asked, _] ? asked.Split('?')[0] : "";
                await stream.WriteAsync(_answer(path).ToBytes(), limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // A client that goes away or says nothing costs nobody else anything.
        }
        finally
        {
            _room.Release();
        }
    }
}
