using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Nftables;

namespace Weft.KernelTests.Nftables;

/// <summary>What the rules do to packets: a client and its servers on the loopback interface.</summary>
[Collection(NftablesCollection.Name)]
public sealed class NftPacketTests : IDisposable
{
    private const uint Service = 1;
    private static readonly NftTableId Table = new(NftFamily.Ip, "packets");
    private static readonly IpAddress VirtualIp = IpAddress.Parse("127.96.0.1");
    private static readonly NftType AddressAndPort = NftType.Concat(NftType.Ipv4Address, NftType.Port);
    private static readonly NftExpression Picked = new NftVariable(0, AddressAndPort);
    private static readonly NftExpression Client = Nft.Concat(Nft.IpSaddr, Nft.ConstantMark(Service));

    private readonly KernelNftables _driver = new();
    private readonly TcpListener[] _servers = [new(IPAddress.Parse("127.0.0.11"), 0), new(IPAddress.Parse("127.0.0.12"), 0)];

    public NftPacketTests()
    {
        using var up = Process.Start("/usr/sbin/ip", ["link", "set", "lo", "up"]);
        up.WaitForExit();
        Assert.Equal(0, up.ExitCode);

        // Without its route a connection fails at once (ENETUNREACH), before any rule has seen it.
        Assert.True(SpinWait.SpinUntil(() => HasRoute(VirtualIp), TimeSpan.FromSeconds(60)), $"lo is up, but there is no route to {VirtualIp}");
        foreach (var server in _servers)
            server.Start();
    }

    [Fact]
    public async Task A_picked_backend_is_where_the_connection_goes()
    {
        Load([], Pick());
        var reached = new HashSet<IPAddress>();
        for (var i = 0; i < 40; i++)
            reached.Add(await ConnectAsync());
        Assert.Equal(2, reached.Count);
    }

    [Fact]
    public async Task A_client_stays_with_the_backend_that_was_picked_first()
    {
        var affinity = new NftSet("aff", NftType.Concat(NftType.Ipv4Address, NftType.Mark), AddressAndPort)
        {
            Flags = NftSetFlags.Timeout | NftSetFlags.Dynamic, Size = 1024, TimeoutMilliseconds = 60_000,
        };
        Load([affinity, Valid()], Stay(), PickAndRemember());
        var first = await ConnectAsync();
        for (var i = 0; i < 20; i++)
            Assert.Equal(first, await ConnectAsync());
    }

    [Fact]
    public async Task Counters_of_rules_and_elements_are_read_back()
    {
        var set = new NftSet("seen", NftType.Ipv4Address) { Counter = true, Elements = [new(NftData.Of(VirtualIp))] };
        Load([set], Nft.Rule(Nft.IpDaddr.In("seen"), Nft.Counter), Pick());
        await ConnectAsync();
        var table = _driver.ReadBack([Table]).Ruleset.Tables[0];
        Assert.Equal(1u, Assert.IsType<NftCounter>(table.FindChain("output")!.Rules[0].Statements[1]).Counts.Packets);
        Assert.Equal(1u, table.FindSet("seen")!.Elements[0].Counts.Packets);
    }

    public void Dispose()
    {
        foreach (var server in _servers)
            server.Dispose();
        _driver.Converge(NftRuleset.Empty, [Table]);
        _driver.Dispose();
    }

    private static bool HasRoute(IpAddress address)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(address.ToIPAddress(), 80);
            return true;
        }
        catch (SocketException unreachable) when (unreachable.SocketErrorCode == SocketError.NetworkUnreachable)
        {
            return false;
        }
    }

    private static NftRule Pick() => Nft.Rule(
        Nft.IpDaddr.Is(VirtualIp),
        Nft.L4Proto.Is(6u),
        new NftNat(NftNatKind.Destination, NftFamily.Ip, Nft.Concat(Nft.ConstantMark(Service), new NftNumgen(NftNumgenMode.Random, 2)).Map("be", AddressAndPort)));

    private static NftRule Stay() => Nft.Rule(
        Nft.IpDaddr.Is(VirtualIp),
        Nft.L4Proto.Is(6u),
        new NftLet(0, Client.Map("aff", AddressAndPort)),
        Nft.Concat(Nft.ConstantMark(Service), Picked).In("valid"),
        new NftDynset(NftDynsetOperation.Update, "aff", Client, Picked),
        new NftNat(NftNatKind.Destination, NftFamily.Ip, Picked));

    private static NftRule PickAndRemember() => Nft.Rule(
        Nft.IpDaddr.Is(VirtualIp),
        Nft.L4Proto.Is(6u),
        new NftLet(0, Nft.Concat(Nft.ConstantMark(Service), new NftNumgen(NftNumgenMode.Random, 2)).Map("be", AddressAndPort)),
        new NftDynset(NftDynsetOperation.Delete, "aff", Client, Picked),
        new NftDynset(NftDynsetOperation.Add, "aff", Client, Picked),
        new NftNat(NftNatKind.Destination, NftFamily.Ip, Picked));

    private void Load(EquatableArray<NftSet> sets, params ReadOnlySpan<NftRule> rules)
    {
        var backends = new NftSet("be", NftType.Concat(NftType.Mark, NftType.Mark), AddressAndPort)
        {
            Elements = _servers.Select((server, slot) => new NftElement(
                NftData.Concat(NftData.Host32(Service), NftData.Host32((uint)slot)), Data: EndpointOf(server))).ToEquatableArray(),
        };
        var chain = Nft.NatChain("output", NftHook.Output, NftPriority.DestinationNat, rules);
        _driver.Converge(new NftRuleset { Tables = [new NftTable(Table.Family, Table.Name) { Sets = [.. sets, backends], Chains = [chain] }] });
    }

    private NftSet Valid() => new("valid", NftType.Concat(NftType.Mark, NftType.Ipv4Address, NftType.Port))
    {
        Elements = _servers.Select(server => new NftElement(NftData.Concat(NftData.Host32(Service), EndpointOf(server)))).ToEquatableArray(),
    };

    private static NftData EndpointOf(TcpListener server)
    {
        var endpoint = (IPEndPoint)server.LocalEndpoint;
        return NftData.Concat(NftData.Of(IpAddress.From(endpoint.Address)), NftData.Big16((ushort)endpoint.Port));
    }

    // The server that accepts tells which backend it was; the client only ever sees the virtual address.
    private async Task<IPAddress> ConnectAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(VirtualIp.ToIPAddress(), 80).WaitAsync(TimeSpan.FromSeconds(60));
        while (true)
        {
            foreach (var server in _servers)
            {
                if (!server.Pending())
                    continue;
                using var accepted = await server.AcceptTcpClientAsync();
                return ((IPEndPoint)accepted.Client.LocalEndPoint!).Address;
            }

            await Task.Delay(1);
        }
    }
}
