using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Completion;

/// <summary>How a client's resolver completes short names (resolv.conf(5)): with each end in turn, and then as they are.</summary>
/// <param name="Ends">The search list, in order.</param>
/// <param name="Ndots">Names with as many dots are tried as they are first, and never completed here.</param>
public sealed record SearchList(EquatableArray<DnsName> Ends, int Ndots)
{
    /// <summary>Most ends, and most characters of them, with which every resolver uses the whole list: glibc before 2.26 has six and 256, musl passes over longer lines.</summary>
    public const int MostEnds = 6, LongestText = 240;

    /// <summary>Whether resolvers use the list, all of it and alike, and none of its later names looks like the first of another series.</summary>
    public bool IsUsable => Ends.Count is > 0 and <= MostEnds && Ends.Sum(end => end.ToString().Length) <= LongestText && !Ends.Skip(1).Any(end => end.IsWithin(Ends[0]));

    /// <summary>Whether a resolver that is given a short name asks for this one first: the short name with the first end. Allocates nothing.</summary>
    /// <remarks>
    /// Short names of one label do not count: with the end they are full names of Services, which programs ask for themselves. When there is no such Service, that
    /// must be the answer, and nothing that the label means elsewhere.
    /// </remarks>
    public bool Begins(ReadOnlySpan<byte> asked)
    {
        if (Ends.Count == 0 || !NameBytes.IsWithin(asked, Ends[0].Wire))
            return false;
        var rest = asked[..^Ends[0].Wire.Length];
        if (rest.IndexOfAny((byte)'.', (byte)'\\') >= 0)
            return false;
        var labels = 0;
        for (; !rest.IsEmpty; rest = rest[(1 + rest[0])..])
            labels++;
        return labels > 1 && labels - 1 < Ndots;
    }

    /// <summary>What the resolver asks for next, in order, when there is no such name; null when one of them is too long to be a name.</summary>
    /// <param name="asked">A name for which <see cref="Begins"/> holds.</param>
    public IReadOnlyList<DnsName>? After(ReadOnlySpan<byte> asked)
    {
        var labels = asked[..^Ends[0].Wire.Length];
        var names = new List<DnsName>(Ends.Count);
        for (var i = 1; i <= Ends.Count; i++)
        {
            var end = i < Ends.Count ? Ends[i].Wire : DnsName.Root.Wire;
            if (labels.Length + end.Length > DnsName.MaxLength)
                return null;
            names.Add(DnsName.FromWire([.. labels, .. end]));
        }

        return names;
    }
}
