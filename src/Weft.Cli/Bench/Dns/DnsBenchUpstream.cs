using System.Net;
using System.Net.Sockets;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Cli.Bench.Dns;

/// <summary>Who knows the names of others: one address for all of them, for an hour.</summary>
internal sealed class DnsBenchUpstream : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public DnsBenchUpstream(int port)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        new Thread(Run) { IsBackground = true }.Start();
    }

    public void Dispose() => _socket.Dispose();

    private void Run()
    {
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        var (query, answer) = (new byte[4096], new byte[1232]);
        try
        {
            while (true)
            {
                var received = _socket.ReceiveFrom(query, ref from);
                if (Answer(query.AsSpan(0, received), answer) is var length and > 0)
                    _socket.SendTo(answer, 0, length, SocketFlags.None, from);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The benchmark is over.
        }
    }

    private static int Answer(ReadOnlySpan<byte> query, Span<byte> answer)
    {
        if (!DnsMessage.TryRead(query, out var message) || message.Questions.Count != 1)
            return 0;
        var question = message.Questions[0];
        var writer = new MessageWriter(answer);
        writer.TryWriteQuestion(question.Name.Wire, question.Type);
        var answers = (ushort)(question.Type == DnsType.A && writer.TryWriteRecord(question.Name.Wire, DnsType.A, 3600, [192, 0, 2, 1]) ? 1 : 0);
        var flags = message.Header.AnswerFlags(DnsCode.NoError) | DnsFlags.RecursionAvailable;
        return writer.Finish(new DnsHeader(message.Header.Id, flags, 1, answers)).Length;
    }
}
