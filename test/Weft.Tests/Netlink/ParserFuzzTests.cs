using FsCheck;
using FsCheck.Fluent;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Routes;
using Weft.Netlink;
using Weft.Netlink.Protocol;
using Weft.Netlink.Rtnetlink;

namespace Weft.Tests.Netlink;

/// <summary>Whatever arrives, the readers end and throw nothing but <see cref="NetlinkException"/>.</summary>
public sealed class ParserFuzzTests
{
    private static readonly ushort[] Types = [1, 2, 3, 4, 16, 17, 20, 21, 24, 25, 28, 29, 32, 33, 100];
    private static readonly Config Bounded = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Fact]
    public void Random_bytes_are_read_or_refused() =>
        Check(Gen.ArrayOf(ArbMap.Default.GeneratorFor<byte>(), 200));

    [Fact]
    public void Random_bytes_behind_a_sound_header_are_read_or_refused() =>
        Check(
            from payload in Gen.ArrayOf(ArbMap.Default.GeneratorFor<byte>(), 120)
            from type in Gen.Elements(Types)
            from family in Gen.Elements<byte>(2, 10, 7, 0)
            from flags in Gen.Elements<ushort>(0, 0x100, 0x200, 0x300)
            select KernelMessage.Make(type, flags, 1, [family, .. payload]));

    [Fact]
    public void Messages_of_which_a_few_bytes_are_wrong_are_read_or_refused() =>
        Check(
            from seed in Gen.Elements(Seeds())
            from places in Gen.ArrayOf(Gen.Choose(0, seed.Length - 1), 3)
            from values in Gen.ArrayOf(ArbMap.Default.GeneratorFor<byte>(), 3)
            from length in Gen.Frequency((4, Gen.Constant(seed.Length)), (1, Gen.Choose(0, seed.Length)))
            select Mutate(seed, places, values, length));

    private static void Check(Gen<byte[]> datagrams) => Prop.ForAll(Arb.From(datagrams), ReadAll).Check(Bounded);

    private static byte[] Mutate(byte[] seed, int[] places, byte[] values, int length)
    {
        var bytes = (byte[])seed.Clone();
        for (var i = 0; i < Math.Min(places.Length, values.Length); i++)
            bytes[places[i]] = values[i];
        return bytes[..length];
    }

    private static void ReadAll(byte[] datagram)
    {
        var transport = new ScriptedTransport();
        var names = new DeviceNames(transport);
        _ = new NotificationReader(names, NetworkTopics.All).Read(datagram);
        var messages = new MessageReader(datagram);
        while (messages.TryRead(out var message))
        {
            var error = default(DecodeError);
            _ = RuleCodec.Parse(message, ref error);
            _ = NeighbourCodec.ParseForwarding(message, names, ref error);
            _ = KernelReply.Read(message);
        }

        Dump(datagram);
    }

    private static void Dump(byte[] datagram)
    {
        var transport = new ScriptedTransport();
        for (var i = 0; i < 20; i++)
            transport.On(_ => [new ScriptedTransport.Answer(datagram)]);
        using var stack = new KernelNetworkStack(new NetlinkSocket(transport));
        Tolerate(() => stack.Links());
        Tolerate(() => stack.Routes());
        Tolerate(() => stack.Rules());
        Tolerate(() => stack.FindLink("a"));
        Tolerate(() => stack.AddRule(new RoutingRule { Priority = 1 }));
    }

    private static void Tolerate(Action action)
    {
        try
        {
            action();
        }
        catch (NetlinkException)
        {
            // The one exception of the room.
        }
    }

    /// <summary>Sound messages, written by our own encoders.</summary>
    private static byte[][] Seeds()
    {
        var transport = new ScriptedTransport();
        var link = new NetlinkWriter([]);
        link.Begin(RtMsg.NewLink, 0);
        LinkCodec.WriteHeader(ref link, 3, up: true);
        link.PutString(Ifla.Name, "vx0");
        LinkKindCodec.Write(ref link, new VxlanKind { Vni = 7, Local = IpAddress.V4(5), Underlay = "eth0", Learning = false }, transport, "test");
        var port = new NetlinkWriter([]);
        port.Begin(RtMsg.NewLink, 0);
        LinkCodec.WriteHeader(ref port, 4);
        port.PutString(Ifla.Name, "veth0");
        PortCodec.Write(ref port, new BridgePort { Isolated = true, Hairpin = false });
        var address = new NetlinkWriter([]);
        AddressCodec.Write(ref address, RtMsg.NewAddr, 0, new InterfaceAddress("a", IpAddress.V4(7), 24) { NoDad = true }, 1);
        var route = new NetlinkWriter([]);
        RouteCodec.Write(ref route, RtMsg.NewRoute, 0, new Route(IpPrefix.AnyV4) { Gateway = IpAddress.V6(9), Mtu = 1300, Metric = 4, Table = 1000 }, 1);
        var rule = new NetlinkWriter([]);
        RuleCodec.Write(ref rule, RtMsg.NewRule, 0, new RoutingRule { Priority = 4, From = IpPrefix.Parse("10.0.0.0/8"), Mark = 1, MarkMask = 1 });
        var neighbour = new NetlinkWriter([]);
        NeighbourCodec.Write(ref neighbour, RtMsg.NewNeigh, 0, new Neighbour("a", IpAddress.V4(7)) { HardwareAddress = new MacAddress(5) }, 1);
        return
        [
            link.Complete().ToArray(), port.Complete().ToArray(), address.Complete().ToArray(), route.Complete().ToArray(),
            rule.Complete().ToArray(), neighbour.Complete().ToArray(), KernelMessage.Ack(1, 22, "why"), KernelMessage.Done(1),
        ];
    }
}
