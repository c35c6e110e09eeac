using System.Globalization;
using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Tests.Nftables;

/// <summary>Rulesets by chance that the kernel takes: every type of set, every kind of match, everything that a seed decides.</summary>
internal sealed class NftRandom(int seed)
{
    private static readonly NftType[] Scalars =
    [
        NftType.Ipv4Address, NftType.Ipv6Address, NftType.EtherAddress, NftType.Protocol, NftType.Port, NftType.Mark, NftType.InterfaceName,
    ];

    private readonly Random _random = new(seed);

    internal NftRuleset Ruleset() => NftSamples.Of(Enumerable.Range(0, _random.Next(3)).Select(Table).ToEquatableArray());

    internal NftSet Set(string name)
    {
        var isInterval = _random.Next(3) == 0;
        var key = isInterval ? IntervalKey() : Key();
        NftType? data = isInterval || _random.Next(2) == 0 ? null : _random.Next(4) == 0 ? NftType.Verdict : Key(4);
        var set = new NftSet(name, key, data)
        {
            Flags = isInterval ? NftSetFlags.Interval : NftSetFlags.None,
            Size = !isInterval && _random.Next(3) == 0 ? 1000 : null,
            Comment = Comment(),
        };
        return set with { Elements = Elements(set) };
    }

    /// <summary>The same set, with some elements gone, some changed, some new.</summary>
    internal NftSet Change(NftSet set)
    {
        var fresh = Elements(set);
        if (set.Flags.HasFlag(NftSetFlags.Interval))
            return set with { Elements = fresh };
        var kept = set.Elements.Where(_ => _random.Next(3) > 0).Select(element => _random.Next(3) > 0 ? element : element with { Comment = Comment() });
        return set with { Elements = kept.Concat(fresh).DistinctBy(element => element.Key).ToEquatableArray() };
    }

    private NftTable Table(int index)
    {
        var family = Pick(NftFamily.Ip, NftFamily.Ip6, NftFamily.Inet, NftFamily.Bridge);
        var sets = Enumerable.Range(0, _random.Next(4)).Select(i => Set($"set{i}")).ToEquatableArray();
        return new NftTable(family, $"table{index}")
        {
            Comment = Comment(),
            Sets = sets,
            Chains = [FilterChain(family, sets), Nft.Chain("other", [.. Rules(family, sets)]), .. NatChains(family)],
        };
    }

    private NftChain FilterChain(NftFamily family, EquatableArray<NftSet> sets) => new(
        "input",
        new NftBase(NftChainType.Filter, NftHook.Input, _random.Next(-200, 200), _random.Next(4) == 0),
        [.. Rules(family, sets), Nft.Rule(Nft.Jump("other"))],
        Comment());

    private IEnumerable<NftChain> NatChains(NftFamily family)
    {
        if (family is not (NftFamily.Ip or NftFamily.Inet))
            yield break;
        yield return Nft.NatChain(
            "nat",
            NftHook.Output,
            NftPriority.DestinationNat,
            Nft.Rule(Nft.L4Proto.Is(6u), Nft.IpDaddr.Is(Address4()), Nft.DestinationNat(Address4(), _random.Next(2) == 0 ? (ushort)_random.Next(1, 65536) : null)));
        yield return Nft.NatChain("post", NftHook.Postrouting, NftPriority.SourceNat, Nft.Rule(Nft.Oifname.Is(Name()), new NftMasquerade(Pick(NftNatFlags.None, NftNatFlags.Random))));
    }

    private List<NftRule> Rules(NftFamily family, EquatableArray<NftSet> sets) =>
        [.. Enumerable.Range(0, _random.Next(5)).Select(_ => Rule(family, sets))];

    private NftRule Rule(NftFamily family, EquatableArray<NftSet> sets)
    {
        List<NftStatement> statements = [];
        for (var i = _random.Next(3); i >= 0; i--)
            statements.Add(Match(family));
        if (sets.Count > 0 && Lookup(sets[_random.Next(sets.Count)]) is { } lookup)
            statements.Add(lookup);
        if (_random.Next(2) == 0)
            statements.Add(Nft.Counter);
        statements.Add(Pick(Nft.Accept, Nft.Drop, Nft.Return, Nft.SetMarkBits((uint)_random.Next()), new NftLog("x: ", Group: 3)));
        return new NftRule(statements.ToEquatableArray(), Comment());
    }

    private NftStatement Match(NftFamily family) => _random.Next(8) switch
    {
        0 => Nft.Iifname.Is(Name()),
        1 => Nft.Iifname.IsNot($"{Name()}*"),
        2 => Nft.Mark.HasAll((uint)_random.Next()),
        3 => Nft.Mark.HasNone((uint)_random.Next()),
        4 when family != NftFamily.Ip6 => Nft.IpSaddr.InPrefix(new IpPrefix(Address4(), _random.Next(33))),
        5 when family == NftFamily.Ip6 => Nft.Ip6Daddr.NotInPrefix(new IpPrefix(Address6(), _random.Next(129))),
        6 => Nft.TransportDport.Between((uint)_random.Next(100), (uint)_random.Next(100, 65536)),
        7 => new NftMatch(Nft.TransportSport, Pick(NftComparison.Less, NftComparison.GreaterOrEqual), NftData.Big16((ushort)_random.Next(65536))),

        // Connection tracking on bridges is a kernel option that the usual build machine lacks.
        _ when family == NftFamily.Bridge => Nft.EtherSaddr.Is(new MacAddress((ulong)_random.NextInt64(1L << 48))),
        _ => Nft.CtState.HasAny((NftCtState)_random.Next(1, 16)),
    };

    // Constants stand for the parts that no header of the family has.
    private NftStatement? Lookup(NftSet set)
    {
        var parts = set.KeyType.Parts.Select(ExpressionOf).ToArray();
        var key = parts.Length == 1 ? parts[0] : Nft.Concat(parts);
        if (parts.Length == 1 && key is NftConstant)
            return null;
        if (set.IsVerdictMap)
            return key.VerdictMap(set.Name);
        if (set.DataType is { } data)
            return data == NftType.Mark ? new NftSetMeta(NftMeta.Mark, key.Map(set.Name, data)) : null;
        return _random.Next(2) == 0 ? key.In(set.Name) : key.NotIn(set.Name);
    }

    private NftExpression ExpressionOf(NftType type) =>
        type == NftType.Mark ? Nft.Mark
        : type == NftType.InterfaceName ? Nft.Iifname
        : type == NftType.Port ? Nft.TransportDport
        : type == NftType.Protocol ? Nft.L4Proto
        : new NftConstant(Value(type), type);

    private NftType Key(int most = 5) => NftType.Concat([.. Enumerable.Range(0, _random.Next(1, most)).Select(_ => Scalars[_random.Next(Scalars.Length)]).Take(3)]);

    // The kernel keeps intervals of numbers in network order only.
    private NftType IntervalKey() => Pick(
        NftType.Ipv4Address, NftType.Ipv6Address, NftType.Port, NftType.Concat(NftType.Ipv4Address, NftType.Port), NftType.Concat(NftType.Protocol, NftType.Ipv6Address));

    private EquatableArray<NftElement> Elements(NftSet set)
    {
        if (set.Flags.HasFlag(NftSetFlags.Interval))
            return [.. Intervals(set)];
        return Enumerable.Range(0, _random.Next(20))
            .Select(_ => new NftElement(Value(set.KeyType), Data: DataOf(set), Verdict: VerdictOf(set), Comment: Comment()))
            .DistinctBy(element => element.Key)
            .ToEquatableArray();
    }

    // Sorted keys, taken two by two, do not overlap; in a concatenation the first part alone keeps them apart.
    private IEnumerable<NftElement> Intervals(NftSet set)
    {
        var first = set.KeyType.Parts[0];
        var borders = Enumerable.Range(0, _random.Next(8)).Select(_ => Value(first)).Distinct().Order().ToArray();
        for (var i = 0; i + 1 < borders.Length; i += 2)
        {
            var rest = set.KeyType.IsConcatenation ? Value(set.KeyType.Parts[1]) : default;
            var last = _random.Next(2) == 0 ? borders[i] : borders[i + 1];
            yield return set.KeyType.IsConcatenation
                ? new NftElement(NftData.Concat(borders[i], rest), NftData.Concat(last, rest), Comment: Comment())
                : new NftElement(borders[i], last, Comment: Comment());
        }
    }

    private NftData? DataOf(NftSet set) => set.DataType is { } type && !set.IsVerdictMap ? Value(type) : null;

    private NftVerdict? VerdictOf(NftSet set) => set.IsVerdictMap ? Pick(NftVerdict.Accept, NftVerdict.Drop, NftVerdict.Return) : null;

    private NftData Value(NftType type) => type.IsConcatenation ? NftData.Concat([.. type.Parts.Select(Scalar)]) : Scalar(type);

    private NftData Scalar(NftType type)
    {
        if (type == NftType.InterfaceName)
            return NftData.Name(Name());
        var bytes = new byte[type.Length];
        _random.NextBytes(bytes);
        return NftData.Raw(bytes);
    }

    private IpAddress Address4() => IpAddress.V4((uint)_random.NextInt64(1, uint.MaxValue));

    private IpAddress Address6() => IpAddress.V6(new UInt128((ulong)_random.NextInt64(), (ulong)_random.NextInt64()));

    private string Name() => string.Create(CultureInfo.InvariantCulture, $"if{_random.Next(100_000)}");

    private string? Comment() => _random.Next(4) == 0 ? $"comment {Name()}" : null;

    private T Pick<T>(params ReadOnlySpan<T> items) => items[_random.Next(items.Length)];
}
