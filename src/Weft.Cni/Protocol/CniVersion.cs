using System.Globalization;

namespace Weft.Cni.Protocol;

/// <summary>A version of the CNI specification.</summary>
/// <remarks>Source: CNI SPEC.md, "Released versions". A configuration without a version means 0.1.0.</remarks>
public readonly record struct CniVersion(int Major, int Minor, int Patch) : IComparable<CniVersion>
{
    /// <summary>0.1.0: one IPv4 and one IPv6 address; what a configuration without a version means.</summary>
    public static readonly CniVersion V010 = new(0, 1, 0);

    /// <summary>0.2.0: the VERSION command.</summary>
    public static readonly CniVersion V020 = new(0, 2, 0);

    /// <summary>0.3.0: results with interfaces, plugin chains.</summary>
    public static readonly CniVersion V030 = new(0, 3, 0);

    /// <summary>0.3.1: a typo of 0.3.0 put right.</summary>
    public static readonly CniVersion V031 = new(0, 3, 1);

    /// <summary>0.4.0: CHECK, and prevResult on DEL.</summary>
    public static readonly CniVersion V040 = new(0, 4, 0);

    /// <summary>1.0.0: addresses lose their <c>version</c> field.</summary>
    public static readonly CniVersion V100 = new(1, 0, 0);

    /// <summary>1.1.0: GC and STATUS, more fields of interfaces and routes.</summary>
    public static readonly CniVersion V110 = new(1, 1, 0);

    /// <summary>Every version that is spoken here, oldest first.</summary>
    public static IReadOnlyList<CniVersion> All { get; } = [V010, V020, V030, V031, V040, V100, V110];

    /// <summary>The newest version that is spoken here.</summary>
    public static CniVersion Current => V110;

    /// <summary>Whether results carry lists of interfaces and addresses, and plugins can be chained.</summary>
    public bool HasInterfaces => this >= V030;

    /// <summary>Whether CHECK exists and DEL is given the cached result.</summary>
    public bool HasCheck => this >= V040;

    /// <summary>Whether GC and STATUS exist.</summary>
    public bool HasGarbageCollection => this >= V110;

    /// <summary>Whether this is one of <see cref="All"/>.</summary>
    public bool IsKnown => All.Contains(this);

    /// <summary>Parses <c>1.0.0</c>; the empty text means 0.1.0.</summary>
    public static bool TryParse(string? text, out CniVersion version)
    {
        version = V010;
        if (string.IsNullOrEmpty(text))
            return true;
        Span<int> numbers = [0, 0, 0];
        var count = 0;
        foreach (var range in text.AsSpan().Split('.'))
        {
            if (count == 3 || !int.TryParse(text.AsSpan()[range], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[count]))
                return false;
            count++;
        }

        version = new CniVersion(numbers[0], numbers[1], numbers[2]);
        return true;
    }

    /// <summary>The newest version that both <paramref name="offered"/> and this library speak.</summary>
    public static CniVersion? Newest(IEnumerable<CniVersion> offered)
    {
        CniVersion? best = null;
        foreach (var version in offered)
        {
            if (version.IsKnown && (best is null || version > best))
                best = version;
        }

        return best;
    }

    /// <inheritdoc/>
    public int CompareTo(CniVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");

    /// <summary>Order of release.</summary>
    public static bool operator <(CniVersion left, CniVersion right) => left.CompareTo(right) < 0;

    /// <summary>Order of release.</summary>
    public static bool operator >(CniVersion left, CniVersion right) => left.CompareTo(right) > 0;

    /// <summary>Order of release.</summary>
    public static bool operator <=(CniVersion left, CniVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Order of release.</summary>
    public static bool operator >=(CniVersion left, CniVersion right) => left.CompareTo(right) >= 0;
}
