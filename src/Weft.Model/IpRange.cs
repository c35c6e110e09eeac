namespace Weft.Model;

/// <summary>Addresses of one family that follow each other: a CIDR block, a pair <c>FROM-TO</c>, or a single address.</summary>
public readonly record struct IpRange : IComparable<IpRange>
{
    private readonly IpPrefix? _block;

    private IpRange(IpAddress first, IpAddress last, IpPrefix? block)
    {
        (First, Last) = (first, last);
        _block = block;
    }

    /// <summary>The first address.</summary>
    public IpAddress First { get; }

    /// <summary>The last address.</summary>
    public IpAddress Last { get; }

    /// <summary>Whether these are IPv6 addresses.</summary>
    public bool IsV6 => First.IsV6;

    /// <summary>
    /// The addresses to give out. Of a block that may be a whole network, neither the first nor the last: those are its own. Of a pair all, as somebody
    /// named each end.
    /// </summary>
    public IpRange Usable => _block is { HostBits: >= 2 } ? Between(First.Add(1), Last.Add(-1)) : this;

    /// <summary>The smallest block that holds all of it.</summary>
    public IpPrefix Cover
    {
        get
        {
            var different = 128 - (int)UInt128.LeadingZeroCount(First.Bits ^ Last.Bits);
            return new IpPrefix(First, First.BitLength - different);
        }
    }

    /// <summary>All addresses of a block.</summary>
    public static IpRange Of(IpPrefix block) => new(block.Network, block.Last, block);

    /// <summary>From one address to another, both included.</summary>
    /// <exception cref="ArgumentException">They are of different families, or in the wrong order.</exception>
    public static IpRange Between(IpAddress first, IpAddress last) => first.IsV6 == last.IsV6 && first <= last
        ? new(first, last, block: null)
        : throw new ArgumentException($"{first} to {last} is no range", nameof(last));

    /// <summary>Whether the address is one of them.</summary>
    public bool Contains(IpAddress address) => address.IsV6 == IsV6 && address >= First && address <= Last;

    /// <summary>Whether the two share an address.</summary>
    public bool Overlaps(IpRange other) => other.IsV6 == IsV6 && other.First <= Last && First <= other.Last;

    /// <summary>Parses <c>192.0.2.0/28</c>, <c>192.0.2.10-192.0.2.20</c> or <c>192.0.2.7</c>. Host bits of a block are refused: one of its ends was meant.</summary>
    public static bool TryParse(string text, out IpRange range)
    {
        range = default;
        if (IpPrefix.TryParse(text, out var block, out var written))
        {
            range = Of(block);
            return written == block.Network;
        }

        var ends = text.Split('-', 2, StringSplitOptions.TrimEntries);
        if (!IpAddress.TryParse(ends[0], out var first) || !IpAddress.TryParse(ends[^1], out var last) || first.IsV6 != last.IsV6 || first > last)
            return false;
        range = ends.Length == 1 ? Of(IpPrefix.Host(first)) : Between(first, last);
        return true;
    }

    /// <summary>Parses the text form.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static IpRange Parse(string text) =>
        TryParse(text, out var range) ? range : throw new FormatException($"'{text}' is not a range of addresses such as 192.0.2.0/28 or 192.0.2.10-192.0.2.20");

    /// <inheritdoc/>
    public int CompareTo(IpRange other) => First != other.First ? First.CompareTo(other.First) : Last.CompareTo(other.Last);

    /// <inheritdoc/>
    public override string ToString() => _block switch
    {
        { HostBits: 0 } => First.ToString(),
        { } block => block.ToString(),
        null => $"{First}-{Last}",
    };
}
