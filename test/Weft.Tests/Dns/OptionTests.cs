using Weft.Dns.Forwarding;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>Options of EDNS in answers: cookies, reasons, keepalive.</summary>
public sealed class OptionTests
{
    private const string Web = "web.default.svc.cluster.local", Many = "many.default.svc.cluster.local";
    private static readonly DnsClient Datagram = new(IpAddress.Parse("198.51.100.100"), 4711, DnsTransport.Datagram), Stream = Datagram with { Transport = DnsTransport.Stream };
    private static readonly byte[] Cookie = [0x24, 0x64, 0xC4, 0xAB, 0xCF, 0x10, 0xC9, 0x57];
    private static readonly DnsTable Table = new(
        [
            new NamedService("default", "many") { Endpoints = [.. Enumerable.Range(0, 100).Select(i => new NamedEndpoint($"h-{i:D2}", [IpAddress.Parse($"10.0.0.{i}")], []))] },
            new NamedService("default", "web") { Addresses = [IpAddress.Parse("10.96.0.20")] },
        ],
        ["default"]);

    private readonly DnsService _service = new(ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")), 1).With(Table), new Forwarder([], new ForwarderOptions(), TimeProvider.System), TimeProvider.System);

    [Fact]
    public void A_server_cookie_is_the_one_of_the_standard()
    {
        // RFC 9018, appendix A.1.
        var cookies = new DnsCookies(Convert.FromHexString("e5e973e5a6b2a43f48e7dc849e37bfcf"));
        var (both, address) = (new byte[DnsCookies.Length], IpAddress.Parse("198.51.100.100"));
        cookies.Write(Cookie, address, 1559731985, both);
        Assert.Equal("2464c4abcf10c957010000005cf79f111f8130c3eee29480", Convert.ToHexStringLower(both));
        Assert.All([1559731985u, 1559731985u + 3600, 1559731985u - 300], time => Assert.True(cookies.IsOurs(both, address, time)));
        Assert.All([1559731985u + 3601, 1559731985u - 301], time => Assert.False(cookies.IsOurs(both, address, time)));
        Assert.False(cookies.IsOurs(both, IpAddress.Parse("198.51.100.101"), 1559731985));
        both[^1] ^= 1;
        Assert.False(cookies.IsOurs(both, address, 1559731985));
    }

    [Fact]
    public void The_hash_is_the_one_of_its_authors()
    {
        // Aumasson and Bernstein, SipHash, appendix A: key 00..0f, message 00..0e.
        var bytes = Enumerable.Range(0, 16).Select(i => (byte)i).ToArray();
        Assert.Equal(0xA129CA6149BE45E5, SipHash.Of(bytes, bytes.AsSpan(0, 15)));
    }

    [Fact]
    public void A_client_gets_its_cookie_back_and_a_part_of_the_server_that_may_come_again()
    {
        var first = DnsTalk.OptionOf(Answer(Datagram, Web, DnsTalk.Option(EdnsOption.Cookie, Cookie)), EdnsOption.Cookie);
        Assert.Equal((DnsCookies.Length, Convert.ToHexString(Cookie)), (first!.Length, Convert.ToHexString(first.AsSpan(0, 8))));
        var again = Answer(Datagram, Web, DnsTalk.Option(EdnsOption.Cookie, first));
        Assert.Equal((DnsCode.NoError, 1), (DnsTalk.Read(again).Code, DnsTalk.Read(again).Answers.Count));
        Assert.Null(DnsTalk.OptionOf(Answer(Datagram, Web, []), EdnsOption.Cookie));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(15)]
    [InlineData(41)]
    public void A_cookie_that_can_be_none_is_an_error_of_form(int length) =>
        Assert.Equal(DnsCode.FormErr, DnsTalk.Read(Answer(Datagram, Web, DnsTalk.Option(EdnsOption.Cookie, new byte[length]))).Code);

    [Fact]
    public void What_cannot_be_answered_says_why()
    {
        Assert.Equal(DnsCode.Refused, DnsTalk.Read(Answer(Datagram, "www.example.org", [], flags: DnsFlags.None)).Code);
        Assert.Equal(ExtendedErrorCode.NotAuthoritative, ErrorOf(Answer(Datagram, "www.example.org", [], flags: DnsFlags.None))!.Value.Code);
        Assert.Equal(ExtendedErrorCode.Prohibited, ErrorOf(Answer(Stream, "cluster.local", [], DnsType.AXFR))!.Value.Code);
        Assert.Null(ErrorOf(Answer(Datagram, Web, [])));
    }

    [Fact]
    public async Task A_name_that_nobody_can_be_asked_for_fails_with_the_reason()
    {
        var buffer = new byte[1232];
        var length = await _service.AnswerAsync(Datagram, DnsTalk.Query("www.example.org", options: []), buffer);
        Assert.Equal(DnsCode.ServFail, DnsTalk.Read(buffer.AsSpan(0, length)).Code);
        Assert.Equal(new ExtendedError(ExtendedErrorCode.NoReachableAuthority, "there is no server to ask"), ErrorOf(buffer[..length]));
        Assert.Equal(0, _service.Faults);
    }

    [Fact]
    public void Connections_are_told_how_long_they_may_be_idle_and_datagrams_not()
    {
        var wish = DnsTalk.Option(EdnsOption.TcpKeepalive);
        Assert.Equal([0, 200], DnsTalk.OptionOf(Answer(Stream, Web, wish), EdnsOption.TcpKeepalive));
        Assert.Null(DnsTalk.OptionOf(Answer(Datagram, Web, wish), EdnsOption.TcpKeepalive));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(900)]
    [InlineData(1232)]
    [InlineData(4096)]
    public void Options_take_no_more_room_than_there_is(int payload)
    {
        byte[] options = [.. DnsTalk.Option(EdnsOption.Cookie, Cookie), .. DnsTalk.Option(EdnsOption.TcpKeepalive)];
        var answer = Answer(Datagram, Many, options, payload: (ushort)payload);
        Assert.InRange(answer.Length, 400, Math.Min(payload, Responder.LongestDatagram));
        Assert.True(DnsTalk.Read(answer).Header.Flags.HasFlag(DnsFlags.Truncated));
        Assert.NotNull(DnsTalk.OptionOf(answer, EdnsOption.Cookie));
    }

    [Fact]
    public void Reasons_are_cut_to_what_an_answer_can_bear()
    {
        var data = new byte[2 + ExtendedError.MaxText];
        foreach (var text in new[] { "", "short", new string('x', 1000), new string('ü', 1000), string.Concat(Enumerable.Repeat("🕸", 500)) })
        {
            var length = new ExtendedError(ExtendedErrorCode.Other, text).Write(data);
            Assert.StartsWith(ExtendedError.Read(data.AsSpan(0, length))!.Value.Text, text, StringComparison.Ordinal);
            Assert.True(length > 2 || text.Length == 0);
        }
    }

    [Fact]
    public void A_fault_of_the_server_is_an_answer_and_is_counted()
    {
        using var faulty = _service.Observe(new Faulty());
        Assert.Equal(DnsCode.ServFail, DnsTalk.Read(Answer(Datagram, Web, [])).Code);
        Assert.Equal((1, "out of order"), (_service.Faults, _service.LastFault!.Message));
    }

    private static ExtendedError? ErrorOf(byte[] answer) => DnsTalk.OptionOf(answer, EdnsOption.ExtendedError) is { } data ? ExtendedError.Read(data) : null;

    private byte[] Answer(in DnsClient client, string name, byte[] options, DnsType type = DnsType.A, DnsFlags flags = DnsFlags.RecursionDesired, ushort payload = 1232)
    {
        var buffer = new byte[Responder.LongestMessage];
        Assert.True(_service.TryAnswer(client, DnsTalk.Query(name, type, flags: flags, options: options, payload: payload), buffer, out var length));
        return buffer[..length];
    }

    private sealed class Faulty : IAnswerObserver
    {
        public void Answered(in AnswerSeen seen) => throw new InvalidOperationException("out of order");
    }
}
