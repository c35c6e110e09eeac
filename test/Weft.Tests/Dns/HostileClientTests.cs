using System.Buffers.Binary;
using System.Net.Sockets;
using Weft.Dns.Completion;
using Weft.Dns.Forwarding;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Tests.Dns.Completion;

namespace Weft.Tests.Dns;

/// <summary>Clients that send what they should not, to a server with real sockets. Whatever they do, the next sound question is answered.</summary>
public sealed class HostileClientTests : IAsyncDisposable
{
    private const string Web = "web.default.svc.cluster.local";
    private const ushort Sound = 4711;

    private static readonly DnsTable Table = new([new NamedService("default", "web") { Addresses = [IpAddress.Parse("10.96.0.20")] }], ["default"]);

    private readonly DnsService _service = new(
        ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")), 1).With(Table), new Forwarder([], new ForwarderOptions(), TimeProvider.System), TimeProvider.System);

    private readonly DnsListeners _listeners;

    public HostileClientTests() => _listeners = DnsListeners.Open(_service, [DnsTalk.AnyPort]);

    /// <summary>What is sent, and the code of the answer; null for none.</summary>
    public static TheoryData<string, byte[], DnsCode?> Messages => new()
    {
        { "EDNS 1", Edited(DnsTalk.Query(Web, options: []), query => query[^5] = 1), DnsCode.BadVers },
        { "two questions", Edited([.. DnsTalk.Query(Web), .. DnsTalk.Query(Web)[DnsHeader.Length..]], query => query[5] = 2), DnsCode.FormErr },
        { "no question", DnsTalk.Query(Web)[..DnsHeader.Length], DnsCode.FormErr },
        { "no question, promised none", Edited(DnsTalk.Query(Web)[..DnsHeader.Length], query => query[5] = 0), DnsCode.FormErr },
        { "an answer", DnsTalk.Query(Web, flags: DnsFlags.Response), null },
        { "NOTIFY", Edited(DnsTalk.Query(Web), query => query[2] |= 4 << 3), DnsCode.NotImp },
        { "UPDATE", Edited(DnsTalk.Query(Web), query => query[2] |= 5 << 3), DnsCode.NotImp },
        { "version.bind CH TXT", Edited(DnsTalk.Query("version.bind", DnsType.TXT), query => query[^1] = 3), DnsCode.Refused },
        { "AXFR", DnsTalk.Query("cluster.local", DnsType.AXFR), DnsCode.Refused },
        { "AXFR of others", DnsTalk.Query("example.org", DnsType.AXFR), DnsCode.Refused },
        { "nothing", [], null },
        { "one byte", [7], null },
    };

    public async ValueTask DisposeAsync() => await _listeners.DisposeAsync();

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task A_message_that_is_no_sound_question_gets_its_code_or_nothing(string what, byte[] message, DnsCode? code)
    {
        Assert.NotEmpty(what);
        var expected = code is { } one ? new[] { (7, one), (Sound, DnsCode.NoError) } : [(Sound, DnsCode.NoError)];
        using var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await datagrams.ConnectAsync(_listeners.Addresses[0]);
        await datagrams.SendAsync(message);
        var answers = new List<(int, DnsCode)>();
        if (code is not null)
            answers.Add(await ReceiveAsync(datagrams));
        await datagrams.SendAsync(DnsTalk.Query(Web, id: Sound));
        answers.Add(await ReceiveAsync(datagrams));
        Assert.Equal(expected, answers);

        using var stream = await DnsTalk.ConnectAsync(_listeners.Addresses[0]);
        await stream.SendAsync(DnsTalk.Framed(message, DnsTalk.Query(Web, id: Sound)));
        answers.Clear();
        while (answers.Count < expected.Length)
            answers.Add(Read((await DnsTalk.ReceiveAsync(stream))!));
        Assert.Equal(expected, answers);
        Assert.True(_service.Faults == 0, _service.LastFault?.ToString());
    }

    [Fact]
    public async Task A_client_may_ask_for_a_cookie_alone()
    {
        byte[] cookie = [1, 2, 3, 4, 5, 6, 7, 8];
        var whole = DnsTalk.Query(Web, options: DnsTalk.Option(EdnsOption.Cookie, cookie));
        var query = Edited([.. whole[..DnsHeader.Length], .. whole[DnsTalk.Query(Web).Length..]], bytes => bytes[5] = 0);
        var answer = await DnsTalk.ByDatagramAsync(_listeners.Addresses[0], query);
        Assert.Equal((DnsCode.NoError, 0, 0), (DnsTalk.Read(answer).Code, DnsTalk.Read(answer).Questions.Count, DnsTalk.Read(answer).Answers.Count));
        Assert.Equal(cookie, DnsTalk.OptionOf(answer, EdnsOption.Cookie)![..8]);
    }

    [Fact]
    public async Task Connections_that_begin_and_do_not_end_cost_others_nothing()
    {
        var open = new List<Socket>();
        foreach (var beginning in new byte[][] { [], [0], [0, 0], [0xFF, 0xFF], [0xFF, 0xFF, .. new byte[60000]], [0, 40, 1, 2, 3], DnsTalk.Framed(DnsTalk.Query(Web))[..^1] })
        {
            var socket = await DnsTalk.ConnectAsync(_listeners.Addresses[0]);
            open.Add(socket);
            await socket.SendAsync(beginning);
        }

        using (var asking = await DnsTalk.ConnectAsync(_listeners.Addresses[0]))
        {
            await asking.SendAsync((byte[])[0, 0, 0, 0, .. DnsTalk.Framed(DnsTalk.Query(Web, id: Sound))]);
            Assert.Equal((Sound, DnsCode.NoError), Read((await DnsTalk.ReceiveAsync(asking))!));
        }

        await open[^1].SendAsync(DnsTalk.Framed(DnsTalk.Query(Web))[^1..]);
        Assert.Equal((7, DnsCode.NoError), Read((await DnsTalk.ReceiveAsync(open[^1]))!));
        open.ForEach(socket => socket.Dispose());
        Assert.Equal(0, _service.Faults);
    }

    [Fact]
    public async Task Of_a_hundred_connections_of_a_client_as_many_are_served_as_it_may_have()
    {
        var open = new List<Socket>();
        for (var i = 0; i < 100; i++)
            open.Add(await DnsTalk.ConnectAsync(_listeners.Addresses[0]));
        var answers = await Task.WhenAll(open.Select(IsServedAsync));
        Assert.Equal(new StreamLimits().PerClient, answers.Count(isServed => isServed));
        Assert.Single(DnsTalk.Read(await DnsTalk.ByDatagramAsync(_listeners.Addresses[0], DnsTalk.Query(Web))).Answers);
        open.ForEach(socket => socket.Dispose());

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (var isServed = false; !isServed;)
        {
            using var socket = await DnsTalk.ConnectAsync(_listeners.Addresses[0]);
            isServed = await IsServedAsync(socket);
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public void The_longest_names_there_are_go_through_search_lists()
    {
        const string First = "default.svc.cluster.local";
        var world = new ScriptedWorld(_ => new(false));
        var longer = DnsName.Parse($"{new string('e', 30)}.example");
        foreach (var list in new[] { CompletionRig.ListOf("default"), new SearchList([DnsName.Parse(First), longer], 5) })
        {
            var rig = new CompletionRig(Table, world, list);
            var end = DnsName.Parse(First);
            for (var length = 150; length <= DnsName.MaxLength - end.Wire.Length; length++)
            {
                // Labels of 50 bytes, and a last one of what is left.
                var labels = Enumerable.Range(0, (length - 2) / 51).Select(_ => new string('n', 50)).Append(new string('m', ((length - 2) % 51) + 1));
                var name = DnsName.Parse($"{string.Join('.', labels)}.{First}");
                Assert.InRange(name.Wire.Length, 150, DnsName.MaxLength);
                Assert.Equal(DnsCode.NXDomain, rig.Ask(CompletionRig.Known, name, DnsType.A).Code);
            }
        }

        Assert.True(world.Asked > 0, "nothing was completed");
    }

    private static async Task<bool> IsServedAsync(Socket socket)
    {
        try
        {
            await socket.SendAsync(DnsTalk.Framed(DnsTalk.Query(Web)));
            return await DnsTalk.ReceiveAsync(socket) is not null;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<(int Id, DnsCode Code)> ReceiveAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[4096];
        return Read(buffer[..await socket.ReceiveAsync(buffer, limit.Token)]);
    }

    private static (int Id, DnsCode Code) Read(byte[] answer) => (BinaryPrimitives.ReadUInt16BigEndian(answer), DnsTalk.Read(answer).Code);

    private static byte[] Edited(byte[] bytes, Action<byte[]> edit)
    {
        edit(bytes);
        return bytes;
    }
}
