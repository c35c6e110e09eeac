using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>The frame of an expression: <c>NFTA_LIST_ELEM { NFTA_EXPR_NAME, NFTA_EXPR_DATA { … } }</c>.</summary>
internal readonly struct NftFrame
{
    private readonly int _element;
    private readonly int _data;

    private NftFrame(int element, int data)
    {
        _element = element;
        _data = data;
    }

    internal static NftFrame Open(ref NetlinkWriter writer, string name)
    {
        var element = writer.Open(Nfta.ListElement);
        writer.PutString(Nfta.ExpressionName, name);
        return new NftFrame(element, writer.Open(Nfta.ExpressionData));
    }

    internal static void PutRegister(ref NetlinkWriter writer, ushort attribute, int register) =>
        writer.PutU32BigEndian(attribute, NftWire.FirstRegister + (uint)register);

    internal void Close(ref NetlinkWriter writer)
    {
        writer.Close(_data);
        writer.Close(_element);
    }
}
