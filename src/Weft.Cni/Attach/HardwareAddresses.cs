using Weft.Cni.Protocol;
using Weft.Model;

namespace Weft.Cni.Attach;

/// <summary>Names and hardware addresses for new links, drawn so that nobody else has them.</summary>
/// <remarks>
/// A hardware address that is set explicitly stays: neither udev's MACAddressPolicy nor a bridge that gains a port changes it.
/// </remarks>
internal static class HardwareAddresses
{
    /// <summary>A random unicast address of the locally administered range (IEEE 802, first byte xxxxxx10).</summary>
    public static MacAddress Draw()
    {
        Span<byte> bytes = stackalloc byte[MacAddress.Length];
        Random.Shared.NextBytes(bytes);
        bytes[0] = (byte)((bytes[0] & 0xFC) | 0x02);
        return MacAddress.Read(bytes);
    }

    /// <summary>A random name for the host's end of a pod's cable, in the form of the reference plugins.</summary>
    public static string DrawVethName() => $"veth{Random.Shared.NextInt64(1L << 32):x8}";

    /// <summary>The address that the pod's interface is to have, or a random one.</summary>
    /// <exception cref="CniException">The text is no hardware address.</exception>
    public static MacAddress Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return Draw();
        return MacAddress.TryParse(text, out var address)
            ? address
            : throw new CniException(CniErrorCode.InvalidConfig, $"invalid hardware address \"{text}\": six pairs of hexadecimal digits separated by colons");
    }
}
