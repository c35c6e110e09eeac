using System.Text;

namespace Weft.Model.Nftables;

/// <summary>Comparisons in nft's syntax: prefixes and bits have forms of their own.</summary>
internal static class NftMatchText
{
    internal static void Append(StringBuilder text, NftMatch match)
    {
        if (match.Left is NftBitwise bitwise && IsMaskOnly(bitwise))
            AppendMasked(text, match, bitwise);
        else
            AppendPlain(text, match);
    }

    private static void AppendPlain(StringBuilder text, NftMatch match)
    {
        NftExpressionText.Append(text, match.Left);
        text.Append(match.Comparison == NftComparison.Equal ? " " : $" {Sign(match.Comparison)} ");
        NftValueText.Append(text, match.Left.Type, match.Right);
    }

    private static void AppendMasked(StringBuilder text, NftMatch match, NftBitwise bitwise)
    {
        var type = bitwise.Type;
        NftExpressionText.Append(text, bitwise.Source);
        if (PrefixLength(type, bitwise.Mask) is { } length)
        {
            text.Append(match.Comparison == NftComparison.Equal ? " " : $" {Sign(match.Comparison)} ");
            NftValueText.Append(text, type, match.Right);
            text.Append($"/{length}");
            return;
        }

        var isBits = type == NftType.CtState || type == NftType.CtStatus || type == NftType.TcpFlags;
        if (isBits && match.Comparison == NftComparison.NotEqual && IsZero(match.Right) && type != NftType.TcpFlags)
        {
            NftValueText.Append(text.Append(' '), type, bitwise.Mask);
            return;
        }

        text.Append(" & ");
        if (isBits)
            NftNumberText.AppendMask(text, type, BitsOf(bitwise.Mask));
        else
            NftValueText.Append(text, type, bitwise.Mask);
        text.Append($" {Sign(match.Comparison)} ");
        if (isBits && !IsZero(match.Right))
            NftNumberText.AppendMask(text, type, BitsOf(match.Right));
        else
            NftValueText.Append(text, type, match.Right);
    }

    private static string Sign(NftComparison comparison) => comparison switch
    {
        NftComparison.Equal => "==",
        NftComparison.NotEqual => "!=",
        NftComparison.Less => "<",
        NftComparison.LessOrEqual => "<=",
        NftComparison.Greater => ">",
        _ => ">=",
    };

    private static int? PrefixLength(NftType type, NftData mask)
    {
        if (type != NftType.Ipv4Address && type != NftType.Ipv6Address)
            return null;
        var address = IpAddress.Read(mask.Bytes);
        var ones = (int)UInt128.PopCount(address.Bits);
        return new IpPrefix(address, ones).Network == address ? ones : null;
    }

    private static bool IsMaskOnly(NftBitwise bitwise) => IsZero(bitwise.Xor);

    private static bool IsZero(NftData data) => !data.Bytes.ContainsAnyExcept((byte)0);

    private static uint BitsOf(NftData data) => data.Length == 1 ? data.Bytes[0] : BitConverter.ToUInt32(data.Bytes);
}
