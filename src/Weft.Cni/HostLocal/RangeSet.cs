using Weft.Cni.Protocol;
using Weft.Model;

namespace Weft.Cni.HostLocal;

/// <summary>Ranges of one family that together give a container one address.</summary>
public sealed record RangeSet(EquatableArray<AddressRange> Ranges)
{
    /// <summary>Whether the set hands out IPv6 addresses.</summary>
    public bool IsV6 => Ranges[0].Subnet.IsV6;

    /// <summary>The range that holds the address, or null.</summary>
    public AddressRange? Find(IpAddress address)
    {
        foreach (var range in Ranges)
        {
            if (range.Contains(address))
                return range;
        }

        return null;
    }

    /// <summary>Whether the two sets share an address.</summary>
    public bool Overlaps(RangeSet other)
    {
        foreach (var range in Ranges)
        {
            foreach (var theirs in other.Ranges)
            {
                if (range.Overlaps(theirs))
                    return true;
            }
        }

        return false;
    }

    /// <summary>Every address of the set once, gateways left out, beginning after <paramref name="last"/> and going round.</summary>
    public IEnumerable<(IpAddress Address, AddressRange Range)> After(IpAddress? last)
    {
        var first = 0;
        while (first < Ranges.Count && !(last is { } address && Ranges[first].Contains(address)))
            first++;
        var resumed = first < Ranges.Count;
        first %= Ranges.Count;
        var skip = resumed ? last!.Value.Bits - Ranges[first].Start.Bits + 1 : 0;

        for (var i = 0; i <= Ranges.Count; i++)
        {
            var range = Ranges[(first + i) % Ranges.Count];
            var from = i == 0 ? skip : 0;
            var to = i == Ranges.Count ? skip : range.Count;
            for (var offset = from; offset < to; offset++)
            {
                var candidate = range.Start.Add((Int128)offset);
                if (candidate != range.Gateway)
                    yield return (candidate, range);
            }
        }
    }

    /// <summary>Makes a set and checks that its ranges are of one family and do not overlap.</summary>
    /// <exception cref="CniException">They do, or there is none.</exception>
    public static RangeSet Of(List<AddressRange> ranges)
    {
        if (ranges.Count == 0)
            throw AddressRange.Invalid("empty range set");
        for (var i = 0; i < ranges.Count; i++)
        {
            if (ranges[i].Subnet.IsV6 != ranges[0].Subnet.IsV6)
                throw AddressRange.Invalid("mixed address families");
            for (var j = 0; j < i; j++)
            {
                if (ranges[j].Overlaps(ranges[i]))
                    throw AddressRange.Invalid($"subnets {ranges[j]} and {ranges[i]} overlap");
            }
        }

        return new RangeSet(ranges.ToEquatableArray());
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(",", (IEnumerable<AddressRange>)Ranges);
}
