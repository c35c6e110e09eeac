using Weft.Model.Nftables;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>The elements by which the kernel decides for one class and one identity.</summary>
/// <remarks>
/// For everybody (identity 0) all decisions are written, for an identity only those that differ. Where the decision for protocols without ports differs,
/// everything is written: then the kernel never looks on to everybody's.
/// </remarks>
internal sealed class VerdictWriter(ClassRules rules, uint @class)
{
    private readonly List<NftElement> _ports = [], _ranges = [], _any = [];
    private uint _identity;

    /// <summary>What everybody gets whom no rule names.</summary>
    public VerdictElements OfEverybody() => Write(PolicySets.Everybody, rules.Everybody, isWhole: true);

    /// <summary>What an identity gets; empty when it is everybody's.</summary>
    public VerdictElements Of(uint identity, PortProfile profile) =>
        ReferenceEquals(profile, rules.Everybody) ? VerdictElements.None : Write(identity, profile, profile.Other != rules.Everybody.Other);

    /// <summary>The decision that holds for most ports: that of the element for a protocol as a whole.</summary>
    public static int Most(List<PortRange> ranges) => ranges.GroupBy(range => range.Decision).MaxBy(group => group.Sum(range => range.Count))!.Key;

    private VerdictElements Write(uint identity, PortProfile profile, bool isWhole)
    {
        _identity = identity;
        if (isWhole)
            _any.Add(PolicyElements.Any(@class, identity, rules.Accepts(profile.Other), rules.Reason(profile.Other)));
        foreach (var protocol in isWhole ? profile.ByProtocol.Keys : profile.ByProtocol.Keys.Union(rules.Everybody.ByProtocol.Keys))
            Write(protocol, profile.Of(protocol), isWhole ? [new PortRange(0, ushort.MaxValue, profile.Other)] : rules.Everybody.Of(protocol));
        var written = new VerdictElements([.. _ports], [.. _ranges], [.. _any]);
        _ports.Clear();
        _ranges.Clear();
        _any.Clear();
        return written;
    }

    /// <summary>Writes the decisions of a protocol where they differ from what the kernel finds otherwise.</summary>
    private void Write(byte protocol, List<PortRange> wanted, List<PortRange> otherwise)
    {
        var differing = Differing(wanted, otherwise);
        if (rules.HasRanges && differing.Sum(range => range.Count) > ushort.MaxValue / 2)
        {
            var most = Most(wanted);
            Range(protocol, 0, 0, most);
            differing = [.. wanted.Where(range => range.Decision != most)];
        }

        foreach (var range in differing)
            Write(protocol, range);
    }

    private void Write(byte protocol, PortRange range)
    {
        if (!rules.HasRanges)
        {
            for (var port = range.First; port <= range.Last; port++)
                Single(protocol, (ushort)port, range.Decision);
            return;
        }

        foreach (var (port, length) in PortPrefixes.Split(range.First, range.Last))
        {
            if (length == PortPrefixes.Single)
                Single(protocol, port, range.Decision);
            else
                Range(protocol, port, length, range.Decision);
        }
    }

    private void Single(byte protocol, ushort port, int decision) =>
        _ports.Add(PolicyElements.Port(@class, _identity, protocol, port, rules.Accepts(decision), rules.Reason(decision)));

    private void Range(byte protocol, ushort port, int length, int decision) =>
        _ranges.Add(PolicyElements.Port(@class, _identity, protocol, PortPrefixes.Encode(port, length), rules.Accepts(decision), rules.Reason(decision)));

    private static List<PortRange> Differing(List<PortRange> wanted, List<PortRange> otherwise)
    {
        var found = new List<PortRange>();
        var index = 0;
        foreach (var range in wanted)
        {
            while (otherwise[index].Last < range.First)
                index++;
            for (var other = index; other < otherwise.Count && otherwise[other].First <= range.Last; other++)
            {
                if (otherwise[other].Decision != range.Decision)
                    found.Add(range with { First = int.Max(range.First, otherwise[other].First), Last = int.Min(range.Last, otherwise[other].Last) });
            }
        }

        return found;
    }
}

/// <summary>Elements of the three maps of verdicts.</summary>
internal sealed record VerdictElements(NftElement[] Ports, NftElement[] Ranges, NftElement[] Any)
{
    public static readonly VerdictElements None = new([], [], []);

    /// <summary>Number of elements.</summary>
    public int Count => Ports.Length + Ranges.Length + Any.Length;
}
