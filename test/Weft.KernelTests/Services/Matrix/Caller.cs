using System.Net;
using System.Net.Sockets;
using System.Text;
using Weft.Model;
using Weft.Model.Services;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Services.Matrix;

/// <summary>What came back from one connection.</summary>
/// <param name="Pod">Who answered; empty when nobody did.</param>
/// <param name="Client">The client's address as the pod saw it.</param>
/// <param name="Port">The pod's port.</param>
/// <param name="Refused">Whether the connection was refused; false with an empty pod means silence.</param>
internal readonly record struct Answer(string Pod, IpAddress? Client, int Port, bool Refused)
{
    public static readonly Answer Silence = new("", null, 0, Refused: false);
    public static readonly Answer Refusal = new("", null, 0, Refused: true);
}

/// <summary>Makes connections from inside a namespace.</summary>
internal static class Caller
{
    /// <summary>Long enough for any answer of a busy machine; only where silence is expected is it not waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), Impatience = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan BetweenDatagrams = TimeSpan.FromMilliseconds(100);

    // ICMP_ECHO, ICMP_ECHOREPLY, ICMPV6_ECHO_REQUEST, ICMPV6_ECHO_REPLY; raw IPv4 sockets show the header, too.
    private const byte Echo = 8, EchoReply = 0, Echo6 = 128, EchoReply6 = 129;
    private const int HeaderLength = 20;

    /// <summary>A socket in a namespace.</summary>
    public static Socket Open(NetworkNamespace from, bool v6, L4Protocol protocol) => from.Run(() => protocol switch
    {
        L4Protocol.Sctp => SctpSocket.Open(v6),
        L4Protocol.Udp => new Socket(FamilyOf(v6), SocketType.Dgram, ProtocolType.Udp),
        _ => new Socket(FamilyOf(v6), SocketType.Stream, ProtocolType.Tcp),
    });

    /// <summary>One connection to an address.</summary>
    public static Answer Ask(NetworkNamespace from, IpAddress address, ushort port, L4Protocol protocol = L4Protocol.Tcp, bool expectSilence = false)
    {
        using var socket = Open(from, address.IsV6, protocol);
        return Ask(socket, address, port, expectSilence);
    }

    /// <summary>One connection, or a question in datagrams that are repeated until there is an answer.</summary>
    public static Answer Ask(Socket socket, IpAddress address, ushort port, bool expectSilence = false)
    {
        var buffer = new byte[128];
        return Try(expectSilence, async cancel =>
        {
            await socket.ConnectAsync(new IPEndPoint(address.ToIPAddress(), port), cancel);
            var receiving = socket.ReceiveAsync(buffer, cancel).AsTask();
            while (socket.SocketType == SocketType.Dgram && !receiving.IsCompleted)
            {
                await socket.SendAsync(new byte[] { 1 }, cancel);
                await Task.WhenAny(receiving, Task.Delay(BetweenDatagrams, cancel));
            }

            var words = Encoding.ASCII.GetString(buffer, 0, await receiving).Split(' ');
            return new Answer(words[0], IpAddress.Parse(words[1]), int.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture), Refused: false);
        });
    }

    /// <summary>An ICMP echo request; the pod of an answer is "echo".</summary>
    public static Answer Ping(NetworkNamespace from, IpAddress address, bool expectSilence = false)
    {
        using var socket = from.Run(() => new Socket(FamilyOf(address.IsV6), SocketType.Raw, address.IsV6 ? ProtocolType.IcmpV6 : ProtocolType.Icmp));
        return Try(expectSilence, async cancel =>
        {
            await socket.ConnectAsync(new IPEndPoint(address.ToIPAddress(), 0), cancel);
            await socket.SendAsync(Request(address.IsV6), cancel);
            var buffer = new byte[128];
            var (reply, at) = address.IsV6 ? (EchoReply6, 0) : (EchoReply, HeaderLength);
            while (await socket.ReceiveAsync(buffer, cancel) <= at || buffer[at] != reply)
            {
                // The request itself, on the way to the node's own address.
            }

            return new Answer("echo", null, 0, Refused: false);
        });
    }

    private static Answer Try(bool expectSilence, Func<CancellationToken, Task<Answer>> ask)
    {
        using var limit = new CancellationTokenSource(expectSilence ? Impatience : Patience);
        try
        {
            return ask(limit.Token).GetAwaiter().GetResult();
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AccessDenied)
        {
            // What is refused to the node itself never leaves the socket: its send is not permitted.
            return Answer.Refusal;
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException { SocketErrorCode: SocketError.TimedOut })
        {
            return Answer.Silence;
        }
    }

    /// <summary>Type, code, checksum, identifier, sequence (RFC 792; the kernel fills in the checksum of RFC 4443).</summary>
    private static byte[] Request(bool v6)
    {
        const byte identifier = 7;
        var type = v6 ? Echo6 : Echo;
        var checksum = v6 ? 0 : ushort.MaxValue - ((type << 8) + identifier);
        return [type, 0, (byte)(checksum >> 8), (byte)checksum, 0, identifier, 0, 0];
    }

    private static AddressFamily FamilyOf(bool v6) => v6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
}
