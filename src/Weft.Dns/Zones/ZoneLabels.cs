using System.Runtime.CompilerServices;

namespace Weft.Dns.Zones;

/// <summary>The labels of a name before those of its zone.</summary>
internal readonly ref struct ZoneLabels
{
    private readonly Starts _starts;

    /// <param name="name">A name within the zone.</param>
    public ZoneLabels(ReadOnlySpan<byte> name, ReadOnlySpan<byte> zone)
    {
        Name = name;
        for (var at = 0; at < name.Length - zone.Length; at += name[at] + 1)
        {
            if (Count < Starts.Most)
                _starts[Count] = (byte)at;
            Count++;
        }
    }

    /// <summary>The whole name.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>How many labels there are. Only the first <see cref="Starts.Most"/> can be looked at: names that exist have no more.</summary>
    public int Count { get; }

    /// <summary>A label without its length; 1 is the one next to the zone.</summary>
    public ReadOnlySpan<byte> FromEnd(int number)
    {
        var at = StartOf(number);
        return Name.Slice(at + 1, Name[at]);
    }

    /// <summary>A label and the one behind it, with their lengths, as they stand.</summary>
    public ReadOnlySpan<byte> TwoFromEnd(int number)
    {
        var at = StartOf(number);
        return Name.Slice(at, 2 + Name[at] + Name[at + 1 + Name[at]]);
    }

    private int StartOf(int number)
    {
        if (Count <= Starts.Most)
            return _starts[Count - number];
        var at = 0;
        for (var skip = Count - number; skip > 0; skip--)
            at += Name[at] + 1;
        return at;
    }

    [InlineArray(Most)]
    private struct Starts
    {
        public const int Most = 8;
        private byte _first;
    }
}
