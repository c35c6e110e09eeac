using System.Net;
using System.Net.Sockets;
using Weft.Dns.Wire;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Dns;

/// <summary>Asks for addresses by datagrams, from the namespace that it was opened in.</summary>
internal sealed class DnsClientSocket : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Socket _socket;
    private readonly IPEndPoint _server;
    private readonly byte[] _buffer = new byte[4096];
    private ushort _id;

    public DnsClientSocket(IpAddress server, NetworkNamespace? where = null)
    {
        _server = new IPEndPoint(server.ToIPAddress(), NodeLocalDns.Port);
        _socket = where is null ? Open(_server) : where.Run(() => Open(_server));
    }

    /// <summary>The addresses of a name, IPv4 unless told otherwise; a query without an answer is sent again, up to a minute.</summary>
    public IReadOnlyList<string> Ask(string name, DnsType type = DnsType.A) =>
        [.. AskWhole(name, type).Answers.Where(record => record.Type == type).Select(record => IpAddress.Read(record.Data.Span).ToString())];

    /// <summary>The whole answer; a query without one is sent again, up to a minute.</summary>
    public DnsMessage AskWhole(string name, DnsType type = DnsType.A)
    {
        var writer = new MessageWriter(_buffer);
        Assert.True(writer.TryWriteQuestion(DnsName.Parse(name).Wire, type));
        Assert.True(Edns.TryWrite(ref writer, 1232, DnsCode.NoError, wantsSignatures: false, []));
        var query = writer.Finish(new DnsHeader(++_id, DnsFlags.RecursionDesired, 1, Additional: 1)).ToArray();
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            Assert.False(limit.IsCancellationRequested, $"no answer to {name}");
            try
            {
                _socket.SendTo(query, _server);
                while (true)
                {
                    var length = _socket.Receive(_buffer);
                    Assert.True(DnsMessage.TryRead(_buffer.AsSpan(0, length), out var answer));
                    if (answer.Header.Id == (ushort)((query[0] << 8) | query[1]))
                        return answer;
                }
            }
            catch (SocketException)
            {
                // Nobody listens yet, or nobody has the address.
                Thread.Sleep(10);
            }
        }
    }

    /// <summary>Asks until the answer is this one.</summary>
    public void Until(string name, params string[] wanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!Ask(name).SequenceEqual(wanted))
            Assert.False(limit.IsCancellationRequested, $"{name} does not lead to {string.Join(' ', wanted)}");
    }

    /// <summary>Asks until the answer has this code, and why it has.</summary>
    public ExtendedErrorCode? Until(string name, DnsCode code)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (AskWhole(name) is var answer && answer.Code == code)
                return answer.Edns is { } edns && edns.TryFind(_buffer, EdnsOption.ExtendedError, out var data) ? ExtendedError.Read(data)?.Code : null;
            Assert.False(limit.IsCancellationRequested, $"{name} is answered with {answer.Code} and not {code}");
            Thread.Sleep(10);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static Socket Open(IPEndPoint server) => new(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 500 };
}
