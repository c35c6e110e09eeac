using System.Collections.Immutable;

namespace Weft.Model.Nftables;

/// <summary>The type of a set's key or data, or of an expression: a scalar, or several scalars one behind the other.</summary>
/// <remarks>
/// The code is nft's own (<c>enum datatypes</c> in nftables' datatype.h, kept by the kernel in NFTA_SET_KEY_TYPE): 6 bits per scalar,
/// first scalar highest, so that <c>nft list</c> shows our sets with their types. At most <see cref="MaxParts"/> scalars.
/// </remarks>
/// <param name="Code">Six bits per scalar.</param>
public readonly record struct NftType(uint Code)
{
    /// <summary>What fits the kernel's 32-bit type number.</summary>
    public const int MaxParts = 5;

    private const int PartBits = 6;
    private const uint PartMask = (1 << PartBits) - 1;

    public static readonly NftType Verdict = new(1);
    public static readonly NftType NfProto = new(2);
    public static readonly NftType Ipv4Address = new(7);
    public static readonly NftType Ipv6Address = new(8);
    public static readonly NftType EtherAddress = new(9);
    public static readonly NftType EtherType = new(10);
    public static readonly NftType ArpOperation = new(11);
    public static readonly NftType Protocol = new(12);
    public static readonly NftType Port = new(13);
    public static readonly NftType IcmpType = new(14);
    public static readonly NftType TcpFlags = new(15);
    public static readonly NftType Mark = new(19);
    public static readonly NftType InterfaceIndex = new(20);
    public static readonly NftType HardwareType = new(21);
    public static readonly NftType ClassId = new(23);
    public static readonly NftType UserId = new(24);
    public static readonly NftType CtState = new(26);
    public static readonly NftType CtDirection = new(27);
    public static readonly NftType CtStatus = new(28);
    public static readonly NftType Icmp6Type = new(29);
    public static readonly NftType PacketType = new(31);
    public static readonly NftType IcmpCode = new(32);
    public static readonly NftType Icmp6Code = new(33);
    public static readonly NftType AddressType = new(38);
    public static readonly NftType Boolean = new(39);
    public static readonly NftType InterfaceName = new(41);

    /// <summary>Whether there is more than one scalar.</summary>
    public bool IsConcatenation => Code > PartMask;

    /// <summary>
    /// Bytes of a value: a scalar's own length; in a concatenation every scalar is rounded up to a 4-byte register. 0 when a scalar is unknown.
    /// </summary>
    public int Length
    {
        get
        {
            if (!IsConcatenation)
                return NftTypeTable.Find(Code)?.Length ?? 0;
            var sum = 0;
            foreach (var part in Parts)
                sum += part.PaddedLength;
            return sum;
        }
    }

    /// <summary>The length in whole 4-byte registers, in bytes.</summary>
    public int PaddedLength => (Length + 3) & ~3;

    /// <summary>Whether the kernel keeps the value in the machine's byte order, so that it cannot be compared as more or less.</summary>
    public bool IsHostOrder => !IsConcatenation && (NftTypeTable.Find(Code)?.HostOrder ?? false);

    /// <summary>nft's name, for example <c>ipv4_addr . inet_service</c>.</summary>
    public string Name => IsConcatenation
        ? string.Join(" . ", Parts.Select(part => part.Name))
        : NftTypeTable.Find(Code)?.Name ?? $"type#{Code}";

    /// <summary>The scalars in order.</summary>
    public ImmutableArray<NftType> Parts
    {
        get
        {
            var builder = ImmutableArray.CreateBuilder<NftType>(MaxParts);
            for (var shift = PartBits * (MaxParts - 1); shift >= 0; shift -= PartBits)
            {
                if (Code >> shift != 0)
                    builder.Add(new NftType((Code >> shift) & PartMask));
            }

            return builder.ToImmutable();
        }
    }

    /// <summary>The concatenation <c>first . second . …</c>.</summary>
    /// <exception cref="ArgumentException">More than <see cref="MaxParts"/> scalars.</exception>
    public static NftType Concat(params ReadOnlySpan<NftType> parts)
    {
        uint code = 0;
        var count = 0;
        foreach (var type in parts)
        {
            foreach (var part in type.Parts)
            {
                if (++count > MaxParts)
                    throw new ArgumentException($"a concatenation has at most {MaxParts} parts", nameof(parts));
                code = (code << PartBits) | part.Code;
            }
        }

        return new NftType(code);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
