using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace Weft.Tests.Policies.Oracle;

/// <summary>The oracle's own arithmetic of addresses: numbers without bounds, one bit after the other.</summary>
internal static class OracleAddresses
{
    /// <summary>Whether an address lies in a block; null when the block is none.</summary>
    public static bool? Contains(string cidr, string address) =>
        Read(cidr) is not { } block ? null : block.V6 == IsV6(address) && Cut(Number(address), block) == Cut(block.Number, block);

    /// <summary>Whether a block is one, lies within another one, and is smaller.</summary>
    public static bool IsPartOf(string inner, string outer) =>
        Read(inner) is { } part && Read(outer) is { } whole && part.V6 == whole.V6 && part.Length > whole.Length && Cut(part.Number, whole) == Cut(whole.Number, whole);

    /// <summary>The address behind the first one of a block.</summary>
    public static string SecondOf(string cidr)
    {
        var block = Read(cidr)!.Value;
        var bytes = ((Cut(block.Number, block) << (Bits(block) - block.Length)) + 1).ToByteArray(isUnsigned: true, isBigEndian: true);
        var padded = new byte[Bits(block) / 8];
        bytes.CopyTo(padded, padded.Length - bytes.Length);
        return new IPAddress(padded).ToString();
    }

    /// <summary>One spelling for each address.</summary>
    public static string Normal(string address) => IPAddress.Parse(address).ToString();

    private static (BigInteger Number, int Length, bool V6)? Read(string cidr)
    {
        var parts = cidr.Split('/');
        if (parts.Length != 2 || !IPAddress.TryParse(parts[0], out var address) || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            return null;
        var v6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        return (!v6 && parts[0].Count(letter => letter == '.') != 3) || length > (v6 ? 128 : 32) ? null : (Number(parts[0]), length, v6);
    }

    private static BigInteger Cut(BigInteger number, (BigInteger Number, int Length, bool V6) block) => number >> (Bits(block) - block.Length);

    private static int Bits((BigInteger Number, int Length, bool V6) block) => block.V6 ? 128 : 32;

    private static bool IsV6(string address) => address.Contains(':');

    private static BigInteger Number(string address) => new(IPAddress.Parse(address).GetAddressBytes(), isUnsigned: true, isBigEndian: true);
}
