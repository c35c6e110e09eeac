using System.Buffers.Binary;
using Weft.Compilers.Clusters;
using Weft.Model;
using Weft.Model.Ipvs;
using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Ipvs;

/// <summary>The sets and maps of one family's table, and the expressions that look them up.</summary>
internal sealed class IpvsSets
{
    /// <summary>Addresses that have a virtual server: also the memory of which ones are this target's.</summary>
    public const string Served = "served";

    public const string Refused = "refused", Ignored = "ignored", Masqueraded = "masqueraded", Inside = "inside", Guarded = "guarded", Sources = "sources",
        Hairpins = "hairpins", Virtual = "virtual", Detours = "detours", Shadows = "shadows", Pods = "pod-ranges";

    public static readonly IpvsSets V4 = new(v6: false);
    public static readonly IpvsSets V6 = new(v6: true);

    private IpvsSets(bool v6)
    {
        IsV6 = v6;
        Table = new NftTableId(v6 ? NftFamily.Ip6 : NftFamily.Ip, "weft-ipvs");
        Source = v6 ? Nft.Ip6Saddr : Nft.IpSaddr;
        Destination = v6 ? Nft.Ip6Daddr : Nft.IpDaddr;
        Frontend = Nft.Concat(Destination, Nft.L4Proto, Nft.TransportDport);
        FrontendAndClient = Nft.Concat(Destination, Nft.L4Proto, Nft.TransportDport, Source);
        var address = v6 ? NftType.Ipv6Address : NftType.Ipv4Address;
        var key = NftType.Concat(address, NftType.Protocol, NftType.Port);
        Endpoint = NftType.Concat(address, NftType.Port);
        All = new NftSet[]
        {
            new(Served, key), new(Refused, key), new(Ignored, key), new(Masqueraded, key), new(Inside, key), new(Guarded, key), new(Shadows, key),
            new(Detours, key, Endpoint) { Comment = "where pods and the node go instead" },
            new(Sources, NftType.Concat(address, NftType.Protocol, NftType.Port, address)) { Flags = NftSetFlags.Interval },
            new(Hairpins, NftType.Concat(address, address)),
            new(Virtual, address) { Flags = NftSetFlags.Interval },
            new(Pods, address) { Flags = NftSetFlags.Interval },
        }.ToDictionary(set => set.Name);
    }

    public bool IsV6 { get; }

    public NftTableId Table { get; }

    public NftExpression Source { get; }

    public NftExpression Destination { get; }

    /// <summary>Where a packet goes, as most sets have it.</summary>
    public NftExpression Frontend { get; }

    /// <summary>The same with whom it comes from.</summary>
    public NftExpression FrontendAndClient { get; }

    public NftType Endpoint { get; }

    /// <summary>Every set without elements.</summary>
    public IReadOnlyDictionary<string, NftSet> All { get; }

    public static IpvsSets Of(bool v6) => v6 ? V6 : V4;

    public static NftData Key(VirtualAddress address) =>
        NftData.Concat(NftData.Of(address.Address), NftData.Byte((byte)address.Protocol), NftData.Big16(address.Port));

    /// <summary>What a key of <see cref="Served"/> says.</summary>
    public static VirtualAddress Address(NftData key, bool v6)
    {
        var bytes = key.Bytes;
        var length = v6 ? 16 : 4;
        return new VirtualAddress(
            (L4Protocol)bytes[length], IpAddress.Read(bytes[..length]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(length + sizeof(uint))..]));
    }

    public static NftElement Client(VirtualAddress address, IpPrefix range) => new(
        NftData.Concat(Key(address), NftData.Of(range.Network)), NftData.Concat(Key(address), NftData.Of(range.Last)));

    public static NftElement Detour(VirtualAddress address, VirtualAddress to) =>
        new(Key(address), Data: NftData.Concat(NftData.Of(to.Address), NftData.Big16(to.Port)));

    public static NftElement Itself(IpAddress address) => new(NftData.Concat(NftData.Of(address), NftData.Of(address)));

    public static IEnumerable<NftElement> Ranges(EquatableArray<IpPrefix> ranges, bool v6) =>
        PrefixSet.Normalize(ranges.Where(range => range.IsV6 == v6)).Select(NftElement.Of);
}
