using System.Net;
using System.Net.Sockets;

namespace Weft.Dns.Serving;

/// <summary>Answers datagrams on one socket. A thread of its own reads, answers and writes without anything in between; who asks for names of others is waited for elsewhere.</summary>
public sealed class DatagramListener : IDisposable
{
    // include/uapi/asm-generic/socket.h
    private const int SolSocket = 1, SoReusePort = 15;

    private const int LongestQuery = 4096;

    private readonly DnsService _service;
    private readonly Socket _socket;
    private readonly Thread _thread;
    private volatile bool _ends;

    /// <summary>Opens the socket; several may have the same address, and the kernel spreads clients over them.</summary>
    /// <exception cref="SocketException">The address cannot be had.</exception>
    public DatagramListener(DnsService service, IPEndPoint address)
    {
        _service = service;
        _socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            _socket.SetRawSocketOption(SolSocket, SoReusePort, BitConverter.GetBytes(1));
            _socket.Bind(address);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        _thread = new Thread(Run) { IsBackground = true, Name = $"dns {address}" };
        _thread.Start();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address => (IPEndPoint)_socket.LocalEndPoint!;

    /// <inheritdoc/>
    public void Dispose()
    {
        _ends = true;
        _socket.Dispose();
        _thread.Join();
    }

    private void Run()
    {
        var (query, answer, from) = (new byte[LongestQuery], new byte[Responder.LongestDatagram], new SocketAddress(_socket.AddressFamily));
        while (!_ends)
        {
            try
            {
                from.Size = from.Buffer.Length;
                var received = _socket.ReceiveFrom(query, SocketFlags.None, from);
                var client = DnsClient.From(from, DnsTransport.Datagram);
                if (!_service.TryAnswer(client, query.AsSpan(0, received), answer, out var length))
                    _ = AnswerLaterAsync(client, query[..received], Copy(from));
                else if (length > 0)
                    _socket.SendTo(answer.AsSpan(0, length), SocketFlags.None, from);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // A client that is gone, or a network that is full, is the client's loss; he asks again.
            }
        }
    }

    private async Task AnswerLaterAsync(DnsClient client, byte[] query, SocketAddress from)
    {
        try
        {
            var answer = new byte[Responder.LongestDatagram];
            var length = await _service.AnswerAsync(client, query, answer).ConfigureAwait(false);
            await _socket.SendToAsync(answer.AsMemory(0, length), SocketFlags.None, from).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // As above.
        }
    }

    private static SocketAddress Copy(SocketAddress address)
    {
        var copy = new SocketAddress(address.Family, address.Size);
        address.Buffer[..address.Size].CopyTo(copy.Buffer);
        return copy;
    }
}
