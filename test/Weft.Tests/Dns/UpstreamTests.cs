using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Weft.Dns.Forwarding;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>Servers on real sockets: sound ones, and those that are dead, silent, lying or talk nonsense.</summary>
public sealed class UpstreamTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly DnsName Name = DnsName.Parse("www.example.org");
    private static readonly ForwarderOptions Options = new() { Attempt = TimeSpan.FromMilliseconds(300), Patience = Patience, HealthInterval = TimeSpan.FromMilliseconds(20) };

    private readonly List<IDisposable> _open = [];

    public void Dispose() => _open.ForEach(one => one.Dispose());

    [Theory]
    [InlineData("silence")]
    [InlineData("garbage")]
    [InlineData("short")]
    [InlineData("other id")]
    [InlineData("other name")]
    [InlineData("other type")]
    [InlineData("a question")]
    [InlineData("SERVFAIL")]
    [InlineData("REFUSED")]
    [InlineData("half an answer")]
    [InlineData("no server")]
    public async Task A_bad_server_costs_nobody_the_answer_of_a_good_one(string trouble)
    {
        var bad = trouble == "no server" ? ClosedPort() : Datagrams(query => Spoil(trouble, query));
        var good = Datagrams(query => [Answer(query, [192, 0, 2, 7])]);
        var forwarder = new Forwarder([new PlainUpstream(bad), new PlainUpstream(good)], Options, TimeProvider.System);
        var forwarded = await forwarder.AskAsync(Name, DnsType.A);
        Assert.True(forwarded.Answer is not null, forwarded.Failure);
        var alone = new Forwarder([new PlainUpstream(bad)], Options with { Patience = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        var failed = await alone.AskAsync(Name, DnsType.A);
        Assert.Null(failed.Answer);
        Assert.Contains(bad.ToString(), failed.Failure);
    }

    [Fact]
    public async Task Records_that_nobody_asked_for_are_not_taken_over()
    {
        var server = Datagrams(query => [Lie(query)]);
        var forwarder = new Forwarder([new PlainUpstream(server)], Options, TimeProvider.System);
        Assert.NotNull((await forwarder.AskAsync(Name, DnsType.A)).Answer);
        Assert.Equal(1, forwarder.Remembered);
        Assert.Null(forwarder.Find(DnsName.Parse("bank.example").Wire, DnsType.A));
    }

    [Fact]
    public async Task Ids_and_ports_are_left_to_chance()
    {
        var (ids, ports) = (new HashSet<ushort>(), new HashSet<int>());
        var server = Datagrams((query, from) =>
        {
            lock (ids)
            {
                ids.Add(BinaryPrimitives.ReadUInt16BigEndian(query));
                ports.Add(from.Port);
            }

            return [Answer(query, [192, 0, 2, 1])];
        });
        var forwarder = new Forwarder([new PlainUpstream(server)], Options with { Attempt = Patience }, TimeProvider.System);
        for (var i = 0; i < 100; i++)
            Assert.NotNull((await forwarder.AskAsync(DnsName.Parse($"n{i}.example.org"), DnsType.A)).Answer);
        lock (ids)
        {
            Assert.True(ids.Count > 90, $"{ids.Count} ids");
            Assert.True(ports.Count > 50, $"{ports.Count} ports");
        }
    }

    [Fact]
    public async Task The_case_of_letters_is_left_to_chance_and_must_come_back()
    {
        var server = Datagrams(query => [LowerCased(query)]);
        var name = DnsName.Parse("abcdefghijklmnopqrstuvwxyz.abcdefghijklmnopqrstuvwxyz.example");
        var mixed = new Forwarder([new PlainUpstream(server)], Options with { MixCase = true, Patience = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        Assert.Null((await mixed.AskAsync(name, DnsType.A)).Answer);
        Assert.NotNull((await new Forwarder([new PlainUpstream(server)], Options with { Attempt = Patience }, TimeProvider.System).AskAsync(name, DnsType.A)).Answer);
    }

    [Fact]
    public async Task A_server_that_was_ill_is_well_when_it_speaks_again()
    {
        var speaks = false;
        var server = Datagrams(query => Volatile.Read(ref speaks) ? [Answer(query, [192, 0, 2, 1])] : []);
        var state = new UpstreamState(new PlainUpstream(server));
        _open.Add(state);
        state.Failed(1, TimeSpan.FromMilliseconds(20), TimeProvider.System);
        Assert.True(state.IsIll(1));
        Volatile.Write(ref speaks, true);
        await UntilAsync(() => !state.IsIll(1));
    }

    [Fact]
    public async Task One_connection_serves_many_queries_whose_answers_come_in_any_order()
    {
        var (address, _) = Streams(certificate: null, reversed: 10);
        using var upstream = new StreamUpstream(address, tls: null, Patience);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => AskAsync(upstream, DnsName.Parse($"n{i}.example"))));
        Assert.All(answers, (answer, i) => Assert.Equal($"n{i}.example.", answer.Questions[0].Name.ToString()));
        Assert.Equal(1, upstream.Opened);
    }

    [Fact]
    public async Task Servers_are_asked_by_tls_and_a_connection_that_was_closed_is_opened_again()
    {
        using var certificate = Certificate("dns.example");
        var (address, connections) = Streams(certificate, reversed: 1);
        using var upstream = new StreamUpstream(address, new UpstreamTls("dns.example", Trusting(certificate)), Patience);
        Assert.Single((await AskAsync(upstream, Name)).Answers);
        Assert.Single((await AskAsync(upstream, Name)).Answers);
        Assert.Equal(1, upstream.Opened);
        lock (connections)
            connections.ForEach(connection => connection.Dispose());
        Assert.Single((await AskAsync(upstream, Name)).Answers);
        Assert.Equal(2, upstream.Opened);
    }

    [Fact]
    public async Task A_connection_that_takes_no_query_is_not_used_again_even_if_its_end_was_not_read()
    {
        using var connection = new UpstreamConnection(new DeafStream(), Patience);
        Assert.True(connection.IsOpen);
        await Assert.ThrowsAsync<IOException>(() => connection.ExchangeAsync(UpstreamQuery.Write(Name, DnsType.A, mixCase: false), new byte[512], CancellationToken.None));
        Assert.False(connection.IsOpen);
    }

    [Fact]
    public async Task A_server_that_does_not_prove_its_name_is_told_nothing()
    {
        using var certificate = Certificate("other.example");
        var (address, _) = Streams(certificate, reversed: 1);
        using var named = new StreamUpstream(address, new UpstreamTls("dns.example", Trusting(certificate)), Patience);
        Assert.Contains("it does not prove that it is dns.example", (await Assert.ThrowsAsync<UpstreamException>(() => AskAsync(named, Name))).Message);
        using var unknown = new StreamUpstream(address, new UpstreamTls("other.example"), Patience);
        Assert.Contains("it does not prove that it is other.example", (await Assert.ThrowsAsync<UpstreamException>(() => AskAsync(unknown, Name))).Message);
    }

    private static async Task<DnsMessage> AskAsync(StreamUpstream upstream, DnsName name)
    {
        using var limit = new CancellationTokenSource(Patience);
        var (query, answer) = (UpstreamQuery.Write(name, DnsType.A, mixCase: false), new byte[ushort.MaxValue]);
        var length = await upstream.ExchangeAsync(query, answer, limit.Token);
        Assert.Equal(query[..2], answer[..2]);
        Assert.True(DnsMessage.TryRead(answer.AsSpan(0, length), out var message));
        return message;
    }

    private static byte[][] Spoil(string trouble, byte[] query)
    {
        var sound = Answer(query, [192, 0, 2, 66]);
        switch (trouble)
        {
            case "silence":
                return [];
            case "garbage":
                return [RandomNumberGenerator.GetBytes(100)];
            case "short":
                return [sound[..7]];
            case "other id":
                sound[0] ^= 0x55;
                return [sound];
            case "other name":
                sound[13] ^= 1;
                return [sound];
            case "other type":
                sound[DnsHeader.Length + Name.Wire.Length + 1] ^= 0x1C;
                return [sound];
            case "a question":
                return [query];
            case "half an answer":
                return [sound[..^2]];
            default:
                sound[3] = (byte)((sound[3] & 0xF0) | (trouble == "REFUSED" ? 5 : 2));
                return [sound];
        }
    }

    private static byte[] Answer(ReadOnlySpan<byte> query, byte[] address) => Write(query, name => name, address, also: null);

    private static byte[] Lie(ReadOnlySpan<byte> query) => Write(query, name => name, [192, 0, 2, 1], DnsName.Parse("bank.example"));

    private static byte[] LowerCased(ReadOnlySpan<byte> query) => Write(query, name => DnsName.Parse(name.ToString().ToLowerInvariant()), [192, 0, 2, 1], also: null);

    private static byte[] Write(ReadOnlySpan<byte> query, Func<DnsName, DnsName> repeat, byte[] address, DnsName? also)
    {
        Assert.True(DnsMessage.TryRead(query, out var message));
        var question = message.Questions[0];
        var name = repeat(question.Name);
        var writer = new MessageWriter(new byte[1024]);
        Assert.True(writer.TryWriteQuestion(name.Wire, question.Type));
        Assert.True(writer.TryWriteRecord(name.Wire, DnsType.A, 60, address));
        Assert.True(also is null || writer.TryWriteRecord(also.Value.Wire, DnsType.A, 60, address));
        return writer.Finish(new DnsHeader(message.Header.Id, message.Header.AnswerFlags(DnsCode.NoError), 1, (ushort)(also is null ? 1 : 2))).ToArray();
    }

    private IPEndPoint Datagrams(Func<byte[], byte[][]> answer) => Datagrams((query, _) => answer(query));

    private IPEndPoint Datagrams(Func<byte[], IPEndPoint, byte[][]> answer)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _open.Add(socket);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _ = RunAsync();
        return (IPEndPoint)socket.LocalEndPoint!;

        async Task RunAsync()
        {
            var buffer = new byte[512];
            try
            {
                while (true)
                {
                    var received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                    foreach (var message in answer(buffer[..received.ReceivedBytes], (IPEndPoint)received.RemoteEndPoint))
                        await socket.SendToAsync(message, received.RemoteEndPoint);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }

    /// <summary>A server on connections that collects so many queries and answers the last one first.</summary>
    private (IPEndPoint Address, List<Socket> Connections) Streams(X509Certificate2? certificate, int reversed)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _open.Add(listener);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var connections = new List<Socket>();
        _ = AcceptAsync();
        return ((IPEndPoint)listener.LocalEndPoint!, connections);

        async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    var socket = await listener.AcceptAsync();
                    lock (connections)
                        connections.Add(socket);
                    _ = ServeAsync(socket, certificate, reversed);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }

    private static async Task ServeAsync(Socket socket, X509Certificate2? certificate, int reversed)
    {
        try
        {
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (certificate is not null)
            {
                var secured = new SslStream(stream);
                await secured.AuthenticateAsServerAsync(certificate);
                stream = secured;
            }

            while (true)
            {
                var queries = new List<byte[]>();
                while (queries.Count < reversed)
                {
                    var head = new byte[2];
                    await stream.ReadExactlyAsync(head);
                    var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
                    await stream.ReadExactlyAsync(query);
                    queries.Add(query);
                }

                foreach (var answer in queries.AsEnumerable().Reverse().Select(query => Answer(query, [192, 0, 2, 1])))
                    await stream.WriteAsync((byte[])[(byte)(answer.Length >> 8), (byte)answer.Length, .. answer]);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client or the test has gone.
        }
    }

    /// <summary>A port that nobody else gets, and that nobody listens on: a connected socket takes only what its peer sends.</summary>
    private IPEndPoint ClosedPort()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _open.Add(socket);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Connect(new IPEndPoint(IPAddress.Loopback, 9));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Trusts this one authority; the name must be right all the same.</summary>
    private static RemoteCertificateValidationCallback Trusting(X509Certificate2 certificate) => (_, shown, _, errors) =>
        (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0 && shown?.GetCertHashString() == certificate.GetCertHashString();

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
            await Task.Delay(10, limit.Token);
    }
}
