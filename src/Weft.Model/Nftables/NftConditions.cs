using System.Globalization;

namespace Weft.Model.Nftables;

/// <summary>Conditions and derived values, written behind an expression: <c>Nft.IpSaddr.InPrefix(range)</c>.</summary>
public static class NftConditions
{
    /// <summary>Equal to an interface name; <c>veth*</c> matches a prefix.</summary>
    public static NftStatement Is(this NftExpression left, string name) => left.Is(NftData.Name(name));

    /// <summary>Not equal to an interface name.</summary>
    public static NftStatement IsNot(this NftExpression left, string name) => left.IsNot(NftData.Name(name));

    /// <summary>Equal to an address.</summary>
    public static NftStatement Is(this NftExpression left, IpAddress address) => left.Is(NftData.Of(address));

    /// <summary>Not equal to an address.</summary>
    public static NftStatement IsNot(this NftExpression left, IpAddress address) => left.IsNot(NftData.Of(address));

    /// <summary>Equal to a hardware address.</summary>
    public static NftStatement Is(this NftExpression left, MacAddress address) => left.Is(NftData.Of(address));

    /// <summary>Not equal to a hardware address.</summary>
    public static NftStatement IsNot(this NftExpression left, MacAddress address) => left.IsNot(NftData.Of(address));

    /// <summary>Equal to a number, in the width and byte order of the expression's type.</summary>
    public static NftStatement Is(this NftExpression left, uint number) => left.Is(Number(left.Type, number));

    /// <summary>Not equal to a number, in the width and byte order of the expression's type.</summary>
    public static NftStatement IsNot(this NftExpression left, uint number) => left.IsNot(Number(left.Type, number));

    /// <summary>Equal to a constant.</summary>
    public static NftStatement Is(this NftExpression left, NftData right) => new NftMatch(left, NftComparison.Equal, right);

    /// <summary>Not equal to a constant.</summary>
    public static NftStatement IsNot(this NftExpression left, NftData right) => new NftMatch(left, NftComparison.NotEqual, right);

    /// <summary>Of the given kind (for <see cref="Nft.DestinationType"/>).</summary>
    public static NftStatement Is(this NftExpression left, NftAddressType type) => left.Is((uint)type);

    /// <summary>Not of the given kind.</summary>
    public static NftStatement IsNot(this NftExpression left, NftAddressType type) => left.IsNot((uint)type);

    /// <summary>Between two numbers, both included.</summary>
    public static NftStatement Between(this NftExpression left, uint from, uint to) =>
        new NftRangeMatch(left, Number(left.Type, from), Number(left.Type, to));

    /// <summary>Inside of a block.</summary>
    public static NftStatement InPrefix(this NftExpression left, IpPrefix prefix) => Prefix(left, prefix, NftComparison.Equal);

    /// <summary>Outside of a block.</summary>
    public static NftStatement NotInPrefix(this NftExpression left, IpPrefix prefix) => Prefix(left, prefix, NftComparison.NotEqual);

    /// <summary>In a set.</summary>
    public static NftStatement In(this NftExpression key, string set) => new NftSetMatch(key, set);

    /// <summary>Not in a set.</summary>
    public static NftStatement NotIn(this NftExpression key, string set) => new NftSetMatch(key, set, Negated: true);

    /// <summary>The data that a map holds under this key.</summary>
    public static NftExpression Map(this NftExpression key, string map, NftType dataType) => new NftMapValue(key, map, dataType);

    /// <summary>Acts on the verdict that a map holds under this key.</summary>
    public static NftStatement VerdictMap(this NftExpression key, string map) => new NftVerdictMap(key, map);

    /// <summary>None of the states, for <see cref="Nft.CtState"/>.</summary>
    public static NftStatement HasNone(this NftExpression left, NftCtState states) => left.HasNone((uint)states);

    /// <summary>One of the states, for <see cref="Nft.CtState"/>.</summary>
    public static NftStatement HasAny(this NftExpression left, NftCtState states) => left.HasAny((uint)states);

    /// <summary>One of the status bits, for <see cref="Nft.CtStatus"/>.</summary>
    public static NftStatement HasAny(this NftExpression left, NftCtStatus bits) => left.HasAny((uint)bits);

    /// <summary>One of the bits.</summary>
    public static NftStatement HasAny(this NftExpression left, uint bits) =>
        left.And(Number(left.Type, bits)).IsNot(Number(left.Type, 0));

    /// <summary>All of the bits.</summary>
    public static NftStatement HasAll(this NftExpression left, uint bits) =>
        left.And(Number(left.Type, bits)).Is(Number(left.Type, bits));

    /// <summary>None of the bits.</summary>
    public static NftStatement HasNone(this NftExpression left, uint bits) =>
        left.And(Number(left.Type, bits)).Is(Number(left.Type, 0));

    /// <summary>Only the bits of a mask.</summary>
    public static NftExpression And(this NftExpression left, NftData mask) => new NftBitwise(left, mask, NftData.Raw(new byte[mask.Length]));

    /// <summary>A number in the width and byte order of a scalar type.</summary>
    /// <exception cref="ArgumentException">The type is no number of 1, 2 or 4 bytes, or the number does not fit.</exception>
    public static NftData Number(NftType type, uint number) => (type.Length, type.IsHostOrder) switch
    {
        (1, _) when number <= byte.MaxValue => NftData.Byte((byte)number),
        (2, false) when number <= ushort.MaxValue => NftData.Big16((ushort)number),
        (2, true) when number <= ushort.MaxValue => NftData.Host16((ushort)number),
        (4, true) => NftData.Host32(number),
        (4, false) => NftData.Of(IpAddress.V4(number)),
        _ => throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{number} is no {type}"), nameof(number)),
    };

    private static NftMatch Prefix(NftExpression left, IpPrefix prefix, NftComparison comparison)
    {
        var network = NftData.Of(prefix.Network);
        if (prefix.HostBits == 0)
            return new NftMatch(left, comparison, network);
        return new NftMatch(left.And(MaskOf(prefix)), comparison, network);
    }

    private static NftData MaskOf(IpPrefix prefix)
    {
        Span<byte> mask = stackalloc byte[prefix.Network.ByteLength];
        mask.Clear();
        for (var bit = 0; bit < prefix.Length; bit++)
            mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return NftData.Raw(mask);
    }
}
