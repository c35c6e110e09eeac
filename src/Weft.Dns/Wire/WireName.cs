using Weft.Model.Dns;

namespace Weft.Dns.Wire;

/// <summary>Names in messages: labels, then the root or a pointer to the rest (RFC 1035, section 4.1.4).</summary>
internal static class WireName
{
    /// <summary>The two bits that make a length a pointer.</summary>
    public const int Pointer = 0xC0;

    /// <summary>Last place that a pointer can name.</summary>
    public const int Farthest = 0x3FFF;

    /// <summary>Writes the whole name at <paramref name="position"/> to <paramref name="name"/>, and goes past its part that stands there.</summary>
    /// <returns>False when it leaves the message, is too long, or points anywhere but before itself: pointers only go back, so that no name is endless.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int position, Span<byte> name, out int length)
    {
        length = 0;
        var (at, before, end) = (position, position, -1);
        while ((uint)at < (uint)message.Length)
        {
            var size = message[at];
            if (size == 0)
            {
                name[length++] = 0;
                position = end < 0 ? at + 1 : end;
                return true;
            }

            if (size >= Pointer)
            {
                if (at + 1 >= message.Length)
                    return false;
                var target = ((size & ~Pointer) << 8) | message[at + 1];
                if (target >= before)
                    return false;
                end = end < 0 ? at + 2 : end;
                at = before = target;
                continue;
            }

            if (size > DnsName.MaxLabelLength || at + 1 + size > message.Length || length + 1 + size >= DnsName.MaxLength)
                return false;
            message.Slice(at, 1 + size).CopyTo(name[length..]);
            length += 1 + size;
            at += 1 + size;
        }

        return false;
    }

    /// <summary>Whether the name that stands at a place of the message is this one, whatever the case.</summary>
    /// <remarks>Only for messages of our own, whose names are sound.</remarks>
    public static bool Matches(ReadOnlySpan<byte> message, int at, ReadOnlySpan<byte> name)
    {
        while (true)
        {
            while (message[at] >= Pointer)
                at = ((message[at] & ~Pointer) << 8) | message[at + 1];
            if (message[at] == 0 || name[0] == 0)
                return message[at] == name[0];
            if (!NameBytes.Equal(message.Slice(at, 1 + message[at]), name[..(1 + name[0])]))
                return false;
            at += 1 + message[at];
            name = NameBytes.Parent(name);
        }
    }
}
