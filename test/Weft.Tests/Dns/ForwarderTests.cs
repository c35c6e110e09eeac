using System.Net;
using System.Net.Sockets;
using Weft.Dns.Forwarding;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>Asking others, and what happens when they fail.</summary>
public sealed class ForwarderTests
{
    private static readonly DnsName Name = DnsName.Parse("www.example.org");
    private static readonly ForwarderOptions Options = new() { HealthInterval = TimeSpan.FromHours(1), Attempt = TimeSpan.FromMilliseconds(200), StaleAfter = TimeSpan.FromMilliseconds(100), Patience = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task One_question_is_asked_once_however_many_wait_and_remembered()
    {
        var server = new ScriptedUpstream();
        var forwarder = new Forwarder([server], Options, TimeProvider.System);
        var gate = server.Hold();
        var waiting = Enumerable.Range(0, 50).Select(_ => forwarder.AskAsync(Name, DnsType.A).AsTask()).ToArray();
        gate.SetResult();
        foreach (var answer in await Task.WhenAll(waiting))
            Assert.False(answer.IsStale || answer.Answer is null, answer.Failure);
        Assert.Equal(1, server.Asked);
        Assert.NotNull(forwarder.Find(DnsName.Parse("WWW.example.org").Wire, DnsType.A));
        Assert.Null(forwarder.Find(Name.Wire, DnsType.AAAA));
        Assert.Equal(1, server.Asked);
    }

    [Fact]
    public async Task Another_server_is_asked_when_one_fails_is_slow_or_cannot_answer()
    {
        foreach (var trouble in new Action<ScriptedUpstream>[] { s => s.Fails = true, s => s.Hold(), s => s.Code = DnsCode.ServFail })
        {
            var (first, second) = (new ScriptedUpstream(), new ScriptedUpstream());
            trouble(first);
            var forwarded = await new Forwarder([first, second], Options, TimeProvider.System).AskAsync(Name, DnsType.A);
            Assert.NotNull(forwarded.Answer);
            Assert.Equal((1, 1), (first.Asked, second.Asked));
        }
    }

    [Fact]
    public async Task A_server_that_is_ill_is_asked_last()
    {
        var (first, second) = (new ScriptedUpstream { Fails = true }, new ScriptedUpstream());
        var forwarder = new Forwarder([first, second], Options with { MostFailures = 1, HealthInterval = TimeSpan.FromHours(1) }, TimeProvider.System);
        await forwarder.AskAsync(Name, DnsType.A);
        await forwarder.AskAsync(Name, DnsType.AAAA);
        Assert.Equal((1, 2), (first.Asked, second.Asked));
        second.Fails = true;
        first.Fails = false;
        Assert.NotNull((await forwarder.AskAsync(Name, DnsType.TXT)).Answer);
    }

    [Fact]
    public async Task Each_server_has_its_turn_or_any_or_the_first()
    {
        foreach (var (policy, isSpread) in new[] { (UpstreamPolicy.Sequential, false), (UpstreamPolicy.RoundRobin, true), (UpstreamPolicy.Random, true) })
        {
            ScriptedUpstream[] servers = [new(), new(), new()];
            var forwarder = new Forwarder(servers, Options with { Policy = policy, Attempt = TimeSpan.FromSeconds(60), Patience = TimeSpan.FromSeconds(60) }, TimeProvider.System);
            for (var i = 0; i < 90; i++)
                Assert.NotNull((await forwarder.AskAsync(DnsName.Parse($"n{i}.example"), DnsType.A)).Answer);
            Assert.Equal(90, servers.Sum(server => server.Asked));
            Assert.Equal(isSpread, servers.All(server => server.Asked > 0));
            if (policy == UpstreamPolicy.RoundRobin)
                Assert.All(servers, server => Assert.Equal(30, server.Asked));
        }
    }

    [Fact]
    public async Task An_answer_about_to_end_is_asked_for_again_and_given_meanwhile_unless_that_is_off()
    {
        foreach (var (part, again) in new[] { (1.0, true), (0.0, false) })
        {
            var server = new ScriptedUpstream();
            var forwarder = new Forwarder([server], Options with { Cache = new CacheLimits { Prefetch = part } }, TimeProvider.System);
            await forwarder.AskAsync(Name, DnsType.A);
            Assert.NotNull(forwarder.Find(Name.Wire, DnsType.A));
            Assert.Equal(again ? 2 : 1, server.Asked);
        }
    }

    [Fact]
    public async Task Without_an_answer_it_says_why()
    {
        Assert.Equal("there is no server to ask", (await new Forwarder([], Options, TimeProvider.System).AskAsync(Name, DnsType.A)).Failure);
        Assert.Equal("scripted answers ServFail", (await new Forwarder([new ScriptedUpstream { Code = DnsCode.ServFail }], Options, TimeProvider.System).AskAsync(Name, DnsType.A)).Failure);
        Assert.Equal("scripted fails", (await new Forwarder([new ScriptedUpstream { Fails = true }], Options, TimeProvider.System).AskAsync(Name, DnsType.A)).Failure);
    }

    [Fact]
    public async Task An_old_answer_is_given_when_nobody_answers()
    {
        var server = new ScriptedUpstream { Ttl = 0 };
        var forwarder = new Forwarder([server], Options with { Cache = new CacheLimits { MinTtl = TimeSpan.Zero } }, TimeProvider.System);
        Assert.False((await forwarder.AskAsync(Name, DnsType.A)).IsStale);
        Assert.Null(forwarder.Find(Name.Wire, DnsType.A));
        server.Fails = true;
        Assert.True((await forwarder.AskAsync(Name, DnsType.A)).IsStale);
        server.Fails = false;
        var gate = server.Hold();
        var late = await forwarder.AskAsync(Name, DnsType.A);
        Assert.Equal((true, "no server has answered yet"), (late.IsStale, late.Failure));
        gate.SetResult();
        Assert.Null((await new Forwarder([new ScriptedUpstream { Fails = true }], Options, TimeProvider.System).AskAsync(Name, DnsType.A)).Answer);
    }

    [Fact]
    public async Task Queries_under_way_are_bounded()
    {
        var server = new ScriptedUpstream();
        var gate = server.Hold();
        var forwarder = new Forwarder([server], Options with { MostInFlight = 1, Attempt = TimeSpan.FromMinutes(1) }, TimeProvider.System);
        var first = forwarder.AskAsync(Name, DnsType.A).AsTask();
        Assert.Contains("under way already", (await forwarder.AskAsync(Name, DnsType.AAAA)).Failure);
        gate.SetResult();
        Assert.NotNull((await first).Answer);
        Assert.NotNull((await forwarder.AskAsync(Name, DnsType.AAAA)).Answer);
    }

    [Fact]
    public async Task A_real_server_is_asked_by_datagram_and_on_a_connection_when_that_is_too_short()
    {
        using var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        datagrams.Bind(new IPEndPoint(IPAddress.Parse("127.53.0.3"), 0));
        listener.Bind(datagrams.LocalEndPoint!);
        listener.Listen();
        var answering = Task.WhenAll(AnswerDatagramAsync(datagrams), AnswerStreamAsync(listener));
        var forwarded = await new Forwarder([new PlainUpstream((IPEndPoint)datagrams.LocalEndPoint!)], Options with { Attempt = TimeSpan.FromSeconds(30), MixCase = true }, TimeProvider.System).AskAsync(Name, DnsType.A);
        await answering;
        Assert.NotNull(forwarded.Answer);
        Assert.True(forwarded.Answer.Length > 1000, "the long answer");
    }

    [Fact]
    public async Task Answers_to_other_questions_are_passed_over()
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var forging = ForgeAsync(server);
        var forwarded = await new Forwarder([new PlainUpstream((IPEndPoint)server.LocalEndPoint!)], Options with { Attempt = TimeSpan.FromSeconds(30) }, TimeProvider.System).AskAsync(Name, DnsType.A);
        await forging;
        Assert.Equal(77u, (uint)forwarded.Answer!.Ttl.TotalSeconds);
    }

    private static async Task AnswerDatagramAsync(Socket socket)
    {
        var (query, from) = await ReceiveAsync(socket);
        await socket.SendToAsync(ScriptedUpstream.Answer(query, DnsCode.NoError, 60, 0, DnsFlags.Truncated), from);
    }

    private static async Task AnswerStreamAsync(Socket listener)
    {
        using var connection = await listener.AcceptAsync();
        using var stream = new NetworkStream(connection);
        var head = new byte[2];
        await stream.ReadExactlyAsync(head);
        var query = new byte[head[1]];
        await stream.ReadExactlyAsync(query);
        var answer = ScriptedUpstream.Answer(query, DnsCode.NoError, 60, 100, DnsFlags.None);
        await stream.WriteAsync((byte[])[(byte)(answer.Length >> 8), (byte)answer.Length, .. answer]);
    }

    private static async Task ForgeAsync(Socket socket)
    {
        var (query, from) = await ReceiveAsync(socket);
        var sound = ScriptedUpstream.Answer(query, DnsCode.NoError, 77, 1, DnsFlags.None);
        var otherId = (byte[])sound.Clone();
        otherId[0]++;
        var otherName = (byte[])sound.Clone();
        otherName[13]++;
        foreach (var message in new[] { otherId, otherName, query, sound[..5], sound })
            await socket.SendToAsync(message, from);
    }

    private static async Task<(byte[] Query, EndPoint From)> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[512];
        var received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
        return (buffer[..received.ReceivedBytes], received.RemoteEndPoint);
    }

    private sealed class ScriptedUpstream : IUpstream
    {
        private TaskCompletionSource? _gate;
        private int _asked;

        public string Name => "scripted";

        public int Asked => _asked;

        public bool Fails { get; set; }

        public DnsCode Code { get; set; }

        public uint Ttl { get; init; } = 60;

        public TaskCompletionSource Hold() => _gate = new TaskCompletionSource();

        public async ValueTask<int> ExchangeAsync(ReadOnlyMemory<byte> query, Memory<byte> answer, CancellationToken ct)
        {
            Interlocked.Increment(ref _asked);
            if (Fails)
                throw new UpstreamException("scripted fails");
            if (_gate is { } gate)
                await gate.Task.WaitAsync(ct);
            var bytes = Answer(query.Span, Code, Ttl, 1, DnsFlags.None);
            bytes.CopyTo(answer);
            return bytes.Length;
        }

        public static byte[] Answer(ReadOnlySpan<byte> query, DnsCode code, uint ttl, int count, DnsFlags flags)
        {
            var reader = new MessageReader(query);
            Span<byte> name = stackalloc byte[DnsName.MaxLength];
            Assert.True(reader.TryReadHeader(out var header));
            Assert.True(reader.TryReadQuestion(name, out var question));
            var writer = new MessageWriter(new byte[8192]);
            Assert.True(writer.TryWriteQuestion(name[..question.NameLength], question.Type));
            for (var i = 0; i < count; i++)
                Assert.True(writer.TryWriteRecord(name[..question.NameLength], question.Type, ttl, question.Type == DnsType.AAAA ? new byte[16] : [192, 0, 2, (byte)i]));
            return writer.Finish(new DnsHeader(header.Id, header.AnswerFlags(code) | flags, 1, (ushort)count)).ToArray();
        }
    }
}
