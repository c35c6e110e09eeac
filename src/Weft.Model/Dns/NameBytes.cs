using System.Buffers.Binary;

namespace Weft.Model.Dns;

/// <summary>What can be done with names that are bytes of a message: compare, hash, take apart. Nothing allocates.</summary>
/// <remarks>
/// A label's length is at most 63 and the letters begin at 65, so that lower-casing a whole name leaves the lengths alone.
/// </remarks>
public static class NameBytes
{
    /// <summary>Whether these bytes are exactly one name, not compressed.</summary>
    public static bool IsName(ReadOnlySpan<byte> wire)
    {
        if (wire.Length is 0 or > DnsName.MaxLength)
            return false;
        var at = 0;
        while (wire[at] != 0)
        {
            if (wire[at] > DnsName.MaxLabelLength)
                return false;
            at += wire[at] + 1;
            if (at >= wire.Length)
                return false;
        }

        return at == wire.Length - 1;
    }

    /// <summary>The first label, without its length; empty for the root.</summary>
    public static ReadOnlySpan<byte> FirstLabel(ReadOnlySpan<byte> name) => name.Slice(1, name[0]);

    /// <summary>The name behind the first label.</summary>
    public static ReadOnlySpan<byte> Parent(ReadOnlySpan<byte> name) => name[(name[0] + 1)..];

    /// <summary>Whether two names, or two labels, are the same but for case.</summary>
    public static bool Equal(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length != right.Length)
            return false;
        return left.SequenceEqual(right) || EqualLower(left, right);
    }

    /// <summary>Whether a name is another or below it.</summary>
    public static bool IsWithin(ReadOnlySpan<byte> name, ReadOnlySpan<byte> zone)
    {
        while (name.Length > zone.Length)
            name = Parent(name);
        return Equal(name, zone);
    }

    /// <summary>A hash of a name, the same whatever its case, and the same in every process.</summary>
    public static int Hash(ReadOnlySpan<byte> name) => Hash(name, 0);

    /// <summary>A hash of a name that only who knows <paramref name="seed"/> can predict well enough to make others collide.</summary>
    public static int Hash(ReadOnlySpan<byte> name, ulong seed)
    {
        const ulong prime = 0x9E3779B97F4A7C15;
        var hash = seed ^ ((ulong)name.Length * prime);
        for (; name.Length >= sizeof(ulong); name = name[sizeof(ulong)..])
            hash = Mix(hash, Lower(BinaryPrimitives.ReadUInt64LittleEndian(name)));
        var rest = 0UL;
        for (var i = 0; i < name.Length; i++)
            rest |= (ulong)name[i] << (8 * i);
        hash = Mix(hash, Lower(rest));
        hash ^= hash >> 32;
        return (int)(hash * prime >> 32);

        static ulong Mix(ulong hash, ulong word)
        {
            hash = (hash ^ word) * prime;
            return hash ^ (hash >> 29);
        }
    }

    /// <summary>The canonical order of RFC 4034, section 6.1.</summary>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> leftStarts = stackalloc byte[DnsName.MaxLength / 2 + 1], rightStarts = stackalloc byte[DnsName.MaxLength / 2 + 1];
        var (leftCount, rightCount) = (Starts(left, leftStarts), Starts(right, rightStarts));
        for (var i = 1; i <= Math.Min(leftCount, rightCount); i++)
        {
            var order = CompareLabels(FirstLabel(left[leftStarts[leftCount - i]..]), FirstLabel(right[rightStarts[rightCount - i]..]));
            if (order != 0)
                return order;
        }

        return leftCount.CompareTo(rightCount);
    }

    /// <summary>An ASCII letter's lower case.</summary>
    public static byte Lower(byte one) => (uint)(one - 'A') <= 'Z' - 'A' ? (byte)(one | 0x20) : one;

    /// <summary>The same of eight bytes at once: those from 'A' to 'Z' get the bit of lower case.</summary>
    private static ulong Lower(ulong eight)
    {
        const ulong ones = 0x0101010101010101;
        var sevens = eight & (0x7F * ones);
        var upper = (sevens + ((0x80 - 'A') * ones)) & ~(sevens + ((0x7F - 'Z') * ones)) & ~eight & (0x80 * ones);
        return eight | (upper >> 2);
    }

    private static bool EqualLower(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        for (var i = 0; i < left.Length; i++)
        {
            if (left[i] != right[i] && Lower(left[i]) != Lower(right[i]))
                return false;
        }

        return true;
    }

    private static int Starts(ReadOnlySpan<byte> name, Span<byte> starts)
    {
        var count = 0;
        for (var at = 0; name[at] != 0; at += name[at] + 1)
            starts[count++] = (byte)at;
        return count;
    }

    private static int CompareLabels(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var order = Lower(left[i]).CompareTo(Lower(right[i]));
            if (order != 0)
                return order;
        }

        return left.Length.CompareTo(right.Length);
    }
}
