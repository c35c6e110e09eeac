using System.Text;
using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Comments, in the form that libnftnl gives them in the kernel's opaque user data.</summary>
/// <remarks><code>u8 type; u8 length; payload     // libnftnl udata.h: rules, chains, tables, elements 0; sets 7. Text ends with NUL.</code></remarks>
internal static class NftUserData
{
    internal const byte Comment = 0;
    internal const byte SetComment = 7;
    private const byte KeyByteOrder = 0, DataByteOrder = 1;
    private const uint Mixed = 0, Host = 1, Network = 2;
    private const int Header = 2;
    private const int Longest = 254;

    internal static void Put(ref NetlinkWriter writer, ushort attribute, string? comment)
    {
        if (comment is null)
            return;
        Span<byte> data = stackalloc byte[Header + Longest + 1];
        writer.PutBytes(attribute, data[..WriteText(data, Comment, comment)]);
    }

    /// <summary>A set's comment, and the byte order of keys and data, which <c>nft list</c> needs to show numbers.</summary>
    internal static void PutSet(ref NetlinkWriter writer, NftSet set)
    {
        Span<byte> data = stackalloc byte[(2 * (Header + sizeof(uint))) + Header + Longest + 1];
        var length = WriteNumber(data, KeyByteOrder, ByteOrderOf(set.KeyType));
        if (set.DataType is { } type && !set.IsVerdictMap)
            length += WriteNumber(data[length..], DataByteOrder, ByteOrderOf(type));
        if (set.Comment is { } comment)
            length += WriteText(data[length..], SetComment, comment);
        writer.PutBytes(Nfta.SetUserData, data[..length]);
    }

    internal static string? Find(ReadOnlySpan<byte> data, byte type = Comment)
    {
        while (data.Length >= 2)
        {
            var end = 2 + data[1];
            if (end > data.Length)
                return null;
            if (data[0] == type)
                return Encoding.UTF8.GetString(data[2..end]).TrimEnd('\0');
            data = data[end..];
        }

        return null;
    }

    private static uint ByteOrderOf(NftType type) => type.IsConcatenation ? Mixed : type.IsHostOrder ? Host : Network;

    private static int WriteNumber(Span<byte> data, byte type, uint number)
    {
        data[0] = type;
        data[1] = sizeof(uint);
        Native.WriteUInt32(data[Header..], number);
        return Header + sizeof(uint);
    }

    private static int WriteText(Span<byte> data, byte type, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        if (length > Longest)
            throw new ArgumentException($"a comment has at most {Longest} bytes: '{text}'", nameof(text));
        data[0] = type;
        data[1] = (byte)(length + 1);
        Encoding.UTF8.GetBytes(text, data[Header..]);
        data[Header + length] = 0;
        return Header + length + 1;
    }
}
