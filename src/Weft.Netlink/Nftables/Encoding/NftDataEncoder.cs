using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Constants and verdicts, as <c>NFTA_DATA_VALUE</c> and <c>NFTA_DATA_VERDICT</c>.</summary>
internal static class NftDataEncoder
{
    internal static void Put(ref NetlinkWriter writer, ushort attribute, scoped ReadOnlySpan<byte> value)
    {
        var nest = writer.Open(attribute);
        writer.PutBytes(Nfta.DataValue, value);
        writer.Close(nest);
    }

    internal static void Put(ref NetlinkWriter writer, ushort attribute, NftVerdict verdict)
    {
        var nest = writer.Open(attribute);
        var inner = writer.Open(Nfta.DataVerdict);
        writer.PutU32BigEndian(Nfta.VerdictCode, (uint)(int)verdict.Kind);
        if (verdict.Chain is { } chain)
            writer.PutString(Nfta.VerdictChain, chain);
        writer.Close(inner);
        writer.Close(nest);
    }
}
