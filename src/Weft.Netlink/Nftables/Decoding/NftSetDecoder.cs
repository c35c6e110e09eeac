using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Sets and maps as the kernel lists them, without their elements.</summary>
internal static class NftSetDecoder
{
    private const NftSetFlags Known =
        NftSetFlags.Anonymous | NftSetFlags.Constant | NftSetFlags.Interval | NftSetFlags.Timeout | NftSetFlags.Dynamic;

    internal static NftSet Decode(NetlinkMessage message, ref DecodeError error)
    {
        var name = "";
        string? comment = null;
        uint key = 0, flags = 0;
        uint? data = null, size = null;
        ulong? timeout = null;
        var counter = false;
        var attributes = message.Attributes(NftWire.HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Nfta.SetName: name = attributes.Text(); break;
                case Nfta.SetKeyType: key = attributes.U32BigEndian(); break;
                case Nfta.SetDataType: data = attributes.U32BigEndian(); break;
                case Nfta.SetFlags: flags = attributes.U32BigEndian(); break;
                case Nfta.SetTimeout: timeout = attributes.U64BigEndian(); break;
                case Nfta.SetDescription: size = Size(attributes.Nested()); break;
                case Nfta.SetUserData: comment = NftUserData.Find(attributes.Value, NftUserData.SetComment); break;
                case Nfta.SetExpression: counter = IsCounter(attributes.Nested()); break;
            }
        }

        NftType? dataType = (flags & NftWire.SetIsMap) == 0 ? null : data == NftWire.DataIsVerdict ? NftType.Verdict : new NftType(data ?? 0);
        return new NftSet(name, new NftType(key), dataType)
        {
            Flags = (NftSetFlags)flags & Known,
            Size = size,
            TimeoutMilliseconds = timeout,
            Counter = counter,
            Comment = comment,
        };
    }

    private static uint? Size(AttributeReader description)
    {
        while (description.MoveNext())
        {
            if (description.Type == Nfta.DescriptionSize)
                return description.U32BigEndian();
        }

        return null;
    }

    private static bool IsCounter(AttributeReader expression)
    {
        while (expression.MoveNext())
        {
            if (expression.Type == Nfta.ExpressionName)
                return expression.Text() == "counter";
        }

        return false;
    }
}
