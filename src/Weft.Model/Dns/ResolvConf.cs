using System.Collections.Immutable;
using System.Globalization;

namespace Weft.Model.Dns;

/// <summary>What <c>/etc/resolv.conf</c> says (resolv.conf(5)): whom a resolver asks, and what it appends to short names.</summary>
/// <param name="Servers">Addresses of servers, in order. Those with a scope (<c>fe80::1%eth0</c>) are left out.</param>
/// <param name="Search">Ends that are appended in turn.</param>
/// <param name="Ndots">Names with as many dots are tried as they are first.</param>
public sealed record ResolvConf(EquatableArray<IpAddress> Servers, EquatableArray<DnsName> Search, int Ndots)
{
    // As glibc: more dots than this count as this many.
    private const int MostDots = 15;

    /// <summary>The names that a resolver asks for in turn when it is given one, as glibc does: a name with <see cref="Ndots"/> dots or more is first tried as it is, others at the end.</summary>
    /// <param name="text">The name as it was given. With its last dot it is tried as it is, and nothing else.</param>
    /// <exception cref="FormatException">It is no name; the message says why.</exception>
    public IReadOnlyList<DnsName> Tries(string text)
    {
        var name = DnsName.Parse(text);
        if (text.EndsWith('.'))
            return [name];
        var completed = Search.Where(end => name.Wire.Length - 1 + end.Wire.Length <= DnsName.MaxLength).Select(end => end.Prepend(name));
        return [.. name.LabelCount > Ndots ? completed.Prepend(name) : completed.Append(name)];
    }

    /// <summary>Reads the file's text. Lines that are not understood are passed over, as resolvers do.</summary>
    public static ResolvConf Parse(string text)
    {
        var (servers, search, ndots) = (ImmutableArray.CreateBuilder<IpAddress>(), ImmutableArray<DnsName>.Empty, 1);
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["nameserver", var server, ..] when IpAddress.TryParse(server, out var address):
                    servers.Add(address);
                    break;
                case ["search" or "domain", .. var ends]:
                    search = [.. ends.SelectMany(end => DnsName.TryParse(end, out var name, out _) ? [name] : Array.Empty<DnsName>())];
                    break;
                case ["options", .. var options]:
                    ndots = options.Select(Dots).LastOrDefault(dots => dots >= 0, ndots);
                    break;
            }
        }

        return new ResolvConf(servers.DrainToImmutable(), search, ndots);
    }

    private static int Dots(string option) =>
        option.StartsWith("ndots:", StringComparison.Ordinal) && int.TryParse(option.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var dots) ? Math.Min(dots, MostDots) : -1;
}
