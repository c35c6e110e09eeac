using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Elements as the kernel lists them.</summary>
internal static class NftElementDecoder
{
    /// <summary>Reads one message of a dump.</summary>
    internal static List<NftListedElement> Decode(NetlinkMessage message, ref DecodeError error)
    {
        var found = new List<NftListedElement>();
        var attributes = message.Attributes(NftWire.HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            if (attributes.Type != Nfta.ElementsList)
                continue;
            var list = attributes.Nested();
            while (list.MoveNext())
                found.Add(Element(list.Nested()));
        }

        return found;
    }

    private static NftListedElement Element(AttributeReader attributes)
    {
        NftData key = default;
        NftData? last = null, data = null;
        NftVerdict? verdict = null;
        ulong? timeout = null;
        string? comment = null;
        uint flags = 0;
        NftCounts counts = default;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Nfta.ElementKey: key = NftDataDecoder.Value(attributes.Nested()) ?? default; break;
                case Nfta.ElementKeyEnd: last = NftDataDecoder.Value(attributes.Nested()); break;
                case Nfta.ElementData:
                    data = NftDataDecoder.Value(attributes.Nested());
                    verdict = NftDataDecoder.Verdict(attributes.Nested());
                    break;
                case Nfta.ElementFlags: flags = attributes.U32BigEndian(); break;
                case Nfta.ElementTimeout: timeout = attributes.U64BigEndian(); break;
                case Nfta.ElementUserData: comment = NftUserData.Find(attributes.Value); break;
                case Nfta.ElementExpression: counts = Counter(attributes.Nested()); break;
            }
        }

        var element = new NftElement(key, last, data, verdict, comment, timeout) { Counts = counts };
        return new NftListedElement(element, (flags & NftWire.ElementIsEnd) != 0);
    }

    private static NftCounts Counter(AttributeReader expression)
    {
        NftCounts counts = default;
        while (expression.MoveNext())
        {
            if (expression.Type != Nfta.ExpressionData)
                continue;
            var inner = expression.Nested();
            counts = NftEffectDecoder.Counts(ref inner);
        }

        return counts;
    }
}

/// <summary>An element of a dump; <paramref name="IsEnd"/> marks the border behind an interval.</summary>
internal readonly record struct NftListedElement(NftElement Element, bool IsEnd);
