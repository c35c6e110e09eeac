using System.Diagnostics.CodeAnalysis;

namespace Weft.Model.Dns;

/// <summary>An absolute domain name in its form on the wire: labels, each behind its length, and the root (RFC 1035, section 3.1).</summary>
/// <remarks>
/// Names are equal whatever the case of their ASCII letters (RFC 4343), and keep the case that they were written with. Labels hold any
/// bytes; text has them escaped as in zone files: <c>\.</c>, <c>\\</c>, <c>\007</c>. The default value is the root.
/// </remarks>
public readonly struct DnsName : IEquatable<DnsName>, IComparable<DnsName>
{
    /// <summary>Longest name on the wire, in bytes, the root included (RFC 1035, section 2.3.4).</summary>
    public const int MaxLength = 255;

    /// <summary>Longest label, in bytes.</summary>
    public const int MaxLabelLength = 63;

    private readonly byte[]? _wire;

    private DnsName(byte[] wire) => _wire = wire;

    /// <summary>The root.</summary>
    public static DnsName Root => default;

    /// <summary>The bytes on the wire, never compressed; 1 to 255.</summary>
    public ReadOnlySpan<byte> Wire => _wire is null ? "\0"u8 : _wire;

    /// <summary>Whether this is the root.</summary>
    public bool IsRoot => Wire.Length == 1;

    /// <summary>How many labels come before the root.</summary>
    public int LabelCount
    {
        get
        {
            var count = 0;
            for (var rest = Wire; rest[0] != 0; rest = NameBytes.Parent(rest))
                count++;
            return count;
        }
    }

    /// <summary>The name without its first label; the root's is the root.</summary>
    public DnsName Parent => IsRoot ? this : new DnsName(NameBytes.Parent(Wire).ToArray());

    /// <summary>Takes bytes that hold one whole name, not compressed.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public static DnsName FromWire(ReadOnlySpan<byte> wire) => NameBytes.IsName(wire)
        ? new DnsName(wire.ToArray())
        : throw new ArgumentException($"{Convert.ToHexString(wire)} is not one whole domain name", nameof(wire));

    /// <summary>Reads a name, with or without its last dot.</summary>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static DnsName Parse(string text) => TryParse(text, out var name, out var problem) ? name : throw new FormatException(problem);

    /// <summary>Reads a name, with or without its last dot; says what is wrong with it otherwise.</summary>
    public static bool TryParse(string text, out DnsName name, [NotNullWhen(false)] out string? problem)
    {
        Span<byte> wire = stackalloc byte[MaxLength];
        problem = NameText.Read(text, wire, out var length);
        name = problem is null ? new DnsName(wire[..length].ToArray()) : default;
        return problem is null;
    }

    /// <summary>The name with more labels before it.</summary>
    /// <exception cref="FormatException">It gets too long.</exception>
    public DnsName Prepend(DnsName labels)
    {
        var first = labels.Wire[..^1];
        return first.Length + Wire.Length <= MaxLength
            ? new DnsName([.. first, .. Wire])
            : throw new FormatException($"{labels}{this} has {first.Length + Wire.Length} bytes, and names at most {MaxLength}");
    }

    /// <summary>Whether this is <paramref name="zone"/> or below it.</summary>
    public bool IsWithin(DnsName zone) => NameBytes.IsWithin(Wire, zone.Wire);

    /// <inheritdoc/>
    public bool Equals(DnsName other) => NameBytes.Equal(Wire, other.Wire);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DnsName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => NameBytes.Hash(Wire);

    /// <summary>The canonical order of RFC 4034, section 6.1: by labels, the last first.</summary>
    public int CompareTo(DnsName other) => NameBytes.Compare(Wire, other.Wire);

    /// <summary>Text with its last dot.</summary>
    public override string ToString() => NameText.Write(Wire);

    public static bool operator ==(DnsName left, DnsName right) => left.Equals(right);

    public static bool operator !=(DnsName left, DnsName right) => !left.Equals(right);

    public static bool operator <(DnsName left, DnsName right) => left.CompareTo(right) < 0;

    public static bool operator >(DnsName left, DnsName right) => left.CompareTo(right) > 0;

    public static bool operator <=(DnsName left, DnsName right) => left.CompareTo(right) <= 0;

    public static bool operator >=(DnsName left, DnsName right) => left.CompareTo(right) >= 0;
}
