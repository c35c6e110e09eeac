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
/// <param name="Refused">Whether the connection was refused; false with an empty pod means silence.</param>
internal readonly record struct Answer(string Pod, IpAddress? Client, bool Refused)
{
    public static readonly Answer Silence = new("", null, Refused: false);
    public static readonly Answer Refusal = new("", null, Refused: true);
}

/// <summary>Makes connections from inside a namespace.</summary>
internal static class Caller
{
    /// <summary>Long enough for any answer of a busy machine; only where silence is expected is it not waited for.</summary>
    private const int Patience = 30_000;
    private const int Impatience = 400;
    private const int MillisecondsPerDatagram = 100;

    /// <summary>One connection to an address.</summary>
    public static Answer Ask(NetworkNamespace from, IpAddress address, ushort port, L4Protocol protocol = L4Protocol.Tcp, bool expectSilence = false)
    {
        var datagram = protocol == L4Protocol.Udp;
        using var socket = from.Run(() => new Socket(
            address.IsV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork,
            datagram ? SocketType.Dgram : SocketType.Stream,
            datagram ? ProtocolType.Udp : ProtocolType.Tcp));
        return AskAsync(socket, new IPEndPoint(address.ToIPAddress(), port), datagram, expectSilence ? Impatience : Patience).GetAwaiter().GetResult();
    }

    private static async Task<Answer> AskAsync(Socket socket, IPEndPoint target, bool datagram, int milliseconds)
    {
        using var limit = new CancellationTokenSource(milliseconds);
        var buffer = new byte[128];
        try
        {
            await socket.ConnectAsync(target, limit.Token);
            var receiving = socket.ReceiveAsync(buffer, limit.Token).AsTask();
            while (datagram && !receiving.IsCompleted)
            {
                await socket.SendAsync(new byte[] { 1 }, limit.Token);
                await Task.WhenAny(receiving, Task.Delay(MillisecondsPerDatagram, limit.Token));
            }

            return Parse(Encoding.ASCII.GetString(buffer, 0, await receiving));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AccessDenied)
        {
            return Answer.Refusal;
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException { SocketErrorCode: SocketError.TimedOut })
        {
            return Answer.Silence;
        }
    }

    private static Answer Parse(string greeting)
    {
        var parts = greeting.Split(' ');
        return new Answer(parts[0], IpAddress.Parse(parts[1]), Refused: false);
    }
}
