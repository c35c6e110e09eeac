using System.Buffers.Binary;
using System.Text;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>Elements of the sets, and back. Keys are concatenations: every part begins at a multiple of four bytes.</summary>
internal static class PolicyElements
{
    private const int Word = 4;

    /// <summary><c>class . identity . protocol . port : verdict</c>; the port may be a prefix, see <see cref="PortPrefixes"/>.</summary>
    public static NftElement Port(uint @class, uint identity, byte protocol, ushort port, bool accepted, string reason)
    {
        Span<byte> key = stackalloc byte[4 * Word];
        key.Clear();
        BitConverter.TryWriteBytes(key, @class);
        BitConverter.TryWriteBytes(key[Word..], identity);
        key[2 * Word] = protocol;
        BinaryPrimitives.WriteUInt16BigEndian(key[(3 * Word)..], port);
        return new NftElement(NftData.Raw(key), Verdict: VerdictOf(accepted), Comment: reason);
    }

    /// <summary><c>class . identity : verdict</c>.</summary>
    public static NftElement Any(uint @class, uint identity, bool accepted, string reason)
    {
        Span<byte> key = stackalloc byte[2 * Word];
        BitConverter.TryWriteBytes(key, @class);
        BitConverter.TryWriteBytes(key[Word..], identity);
        return new NftElement(NftData.Raw(key), Verdict: VerdictOf(accepted), Comment: reason);
    }

    /// <summary><c>address : class</c>.</summary>
    public static NftElement Class(PolicedPod pod, uint @class) =>
        new(NftData.Of(pod.Address), Data: Tagged(@class), Comment: Shorten($"{pod.Namespace}/{pod.Name}"));

    /// <summary><c>address : identity</c>, or <c>first - last : identity</c>.</summary>
    public static NftElement Peer(AddressRange range, uint identity) =>
        new(NftData.Of(range.First), range.IsBlock ? NftData.Of(range.Last) : null, Tagged(identity));

    /// <summary><c>address . address</c>.</summary>
    public static NftElement Self(IpAddress address) => new(NftData.Concat(NftData.Of(address), NftData.Of(address)));

    /// <summary><c>address</c>.</summary>
    public static NftElement Address(IpAddress address) => new(NftData.Of(address));

    /// <summary>The number that an element of a map of addresses leads to.</summary>
    public static uint NumberOf(NftElement element) =>
        element.Data is { Length: Word } data ? BitConverter.ToUInt32(data.Bytes) & PolicySets.NumberMask : 0;

    /// <summary>Class and identity in the key of a verdict.</summary>
    public static (uint Class, uint Identity) PairOf(NftData key) => (BitConverter.ToUInt32(key.Bytes), BitConverter.ToUInt32(key.Bytes[Word..]));

    /// <summary>Protocol and port in the key of a verdict.</summary>
    public static (byte Protocol, ushort Port) PortOf(NftData key) =>
        (key.Bytes[2 * Word], BinaryPrimitives.ReadUInt16BigEndian(key.Bytes[(3 * Word)..]));

    /// <summary>A comment that the kernel and nft take.</summary>
    public static string Shorten(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= NftRule.MaxCommentLength)
            return text;
        var length = int.Min(text.Length, NftRule.MaxCommentLength - 3);
        while (Encoding.UTF8.GetByteCount(text.AsSpan(0, length)) > NftRule.MaxCommentLength - 3)
            length--;
        return $"{text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)}…";
    }

    // Accept ends this chain and leaves the packet to the next hook's; return leads to the rule that drops.
    private static NftVerdict VerdictOf(bool accepted) => accepted ? NftVerdict.Accept : NftVerdict.Return;

    private static NftData Tagged(uint number) => NftData.Host32(PolicySets.Tag | number);
}
