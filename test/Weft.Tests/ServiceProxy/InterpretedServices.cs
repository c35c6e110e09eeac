using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Tests.ServiceProxy;

/// <summary>Finds out by the packet interpreter what a ruleset does with connections.</summary>
internal sealed class InterpretedServices(NftRuleset ruleset, EquatableArray<IpAddress> nodeAddresses)
{
    /// <summary>Everything that can become of a connection: one try per outcome of the dice.</summary>
    public ServiceVerdict Decide(NftPacket packet)
    {
        var sides = 1u;
        var verdict = Try(packet, throws: 0, faces => sides = faces);
        var by = new HashSet<ServedBy>(verdict.By);
        for (var face = 1u; face < sides; face++)
        {
            var other = Try(packet, face, _ => { });
            Assert.Equal(verdict.Fate, other.Fate);

            // Every face leads to an endpoint of its own: that makes them equally probable.
            Assert.True(other.By.All(by.Add), $"{other} comes twice");
        }

        return verdict with { By = by };
    }

    private ServiceVerdict Try(NftPacket packet, uint throws, Action<uint> onThrow) => Follow(
        new NftInterpreter(ruleset, new NftHost(TypeOf, faces =>
        {
            onThrow(faces);
            return throws;
        })),
        packet);

    /// <summary>One connection's way, with whatever the interpreter remembers of others.</summary>
    public static ServiceVerdict Follow(NftInterpreter interpreter, NftPacket packet)
    {
        var translated = interpreter.Run(packet.InputInterface.Length == 0 ? NftHook.Output : NftHook.Prerouting, packet);
        if (!translated.Accepted)
            return translated.Decision is NftReject ? ServiceVerdict.Refused : ServiceVerdict.Dropped;
        if (translated.Decision is not NftNat)
            return ServiceVerdict.Passed;
        var hidden = interpreter.Run(NftHook.Postrouting, translated.Packet with { OutputInterface = "eth0", InputInterface = "", Status = NftCtStatus.DestinationNat });
        Assert.True((hidden.Packet.Mark & 0x4000) == 0, "the mark leaves the node");
        return new ServiceVerdict(
            ServiceFate.Served, [new ServedBy(translated.Packet.Destination, translated.Packet.DestinationPort, hidden.Decision is NftMasquerade)]);
    }

    public NftInterpreter Interpreter(Func<uint, uint> choose) => new(ruleset, new NftHost(TypeOf, choose));

    private NftAddressType TypeOf(IpAddress address) =>
        nodeAddresses.AsSpan().Contains(address) || address.IsLoopback ? NftAddressType.Local : NftAddressType.Unicast;
}
