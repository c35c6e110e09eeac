using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Weft.Dns.Forwarding;

/// <summary>How a server proves who it is (RFC 7858, section 4; RFC 8310).</summary>
/// <param name="Name">The name, or the address, that its certificate must have.</param>
/// <param name="Trust">Who decides about certificates; null: the system's authorities, and the name.</param>
internal sealed record UpstreamTls(string Name, RemoteCertificateValidationCallback? Trust = null);

/// <summary>A server asked on a connection, in the open or by TLS. The connection serves many queries at a time, and is opened anew when it ends.</summary>
/// <param name="server">Where it is.</param>
/// <param name="tls">How it proves who it is; null: it does not, and the connection is open to everybody.</param>
/// <param name="idle">How long a connection that nobody uses stays open.</param>
internal sealed class StreamUpstream(IPEndPoint server, UpstreamTls? tls, TimeSpan idle) : IUpstream, IDisposable
{
    private readonly SemaphoreSlim _opening = new(1);
    private volatile UpstreamConnection? _connection;
    private volatile bool _ended;

    /// <inheritdoc/>
    public string Name { get; } = tls is null ? $"tcp://{server}" : $"tls://{server}";

    /// <summary>How many connections were opened.</summary>
    public int Opened { get; private set; }

    /// <inheritdoc/>
    public async ValueTask<int> ExchangeAsync(ReadOnlyMemory<byte> query, Memory<byte> answer, CancellationToken ct)
    {
        try
        {
            // A server may close a connection that was idle just when it is used again (RFC 7766, section 6.2.4): then a new one is tried, once.
            var former = _connection;
            if (former is { IsOpen: true })
            {
                try
                {
                    return await former.ExchangeAsync(query, answer, ct).ConfigureAwait(false);
                }
                catch (IOException)
                {
                    ct.ThrowIfCancellationRequested();
                }
            }

            var connection = await ConnectAsync(ct).ConfigureAwait(false);
            return await connection.ExchangeAsync(query, answer, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException)
        {
            throw new UpstreamException($"{Name}: {(e is AuthenticationException ? $"it does not prove that it is {tls!.Name}: " : "")}{e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended = true;
        _connection?.Dispose();
    }

    private async Task<UpstreamConnection> ConnectAsync(CancellationToken ct)
    {
        await _opening.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (_connection is { IsOpen: true } open)
                return open;
            _connection = new UpstreamConnection(await OpenAsync(ct).ConfigureAwait(false), idle);
            Opened++;
            if (_ended)
                _connection.Dispose();
            return _connection;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<Stream> OpenAsync(CancellationToken ct)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(server, ct).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (tls is null)
                return stream;
            var secured = new SslStream(stream, leaveInnerStreamOpen: false, tls.Trust);
            stream = secured;
            await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = tls.Name }, ct).ConfigureAwait(false);
            return secured;
        }
        catch
        {
            stream?.Dispose();
            socket.Dispose();
            throw;
        }
    }
}
