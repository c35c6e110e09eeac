using System.CommandLine;
using Weft.Lab;
using Weft.Model;

namespace Weft.Cli.Up;

/// <summary><c>--lb-range</c>: where addresses of Services of type LoadBalancer come from.</summary>
internal static class LoadBalancerOption
{
    private const string Flag = "--lb-range";

    /// <summary>The option.</summary>
    /// <param name="otherwise">What holds without it.</param>
    public static Option<string?> Create(string otherwise) => new(Flag)
    {
        Description = $"Addresses for Services of type LoadBalancer: blocks or pairs, with commas between, of any family. Default: {otherwise}.",
        HelpName = "CIDR|FROM-TO",
    };

    /// <summary>Reads the ranges and checks what can be said of them alone.</summary>
    /// <exception cref="UsageException">One is none, or no client could ever use it, or two share addresses.</exception>
    public static EquatableArray<IpRange> Read(string text)
    {
        var ranges = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ReadOne).ToList();
        if (ranges.Count == 0)
            throw new UsageException($"{Flag} is empty: give ranges such as 192.0.2.0/28 or 192.0.2.10-192.0.2.20");
        foreach (var (range, index) in ranges.Select((range, index) => (range, index)))
        {
            if (ranges.Take(index).Where(range.Overlaps).Cast<IpRange?>().FirstOrDefault() is { } other)
                throw new UsageException($"{Flag}: {other} and {range} overlap");
        }

        return ranges.ToEquatableArray();
    }

    /// <summary>Refuses ranges that share addresses with others.</summary>
    /// <exception cref="UsageException">They do.</exception>
    public static void Refuse(EquatableArray<IpRange> ranges, IEnumerable<IpPrefix> others, string flag)
    {
        foreach (var (range, other) in ranges.SelectMany(range => others.Select(other => (range, other))))
        {
            if (range.Overlaps(IpRange.Of(other)))
                throw new UsageException($"{Flag} {range} and {flag} {other} overlap");
        }
    }

    /// <summary>Checks the ranges of a lab against everything else in it.</summary>
    /// <exception cref="UsageException">They do not fit.</exception>
    public static void Check(LabSpec spec, IReadOnlyCollection<IpPrefix> pods, IReadOnlyCollection<IpPrefix> services, EquatableArray<IpPrefix> underlay)
    {
        var ranges = Read(spec.LbRangeOrDefault);
        Refuse(ranges, pods, "--pod-cidr");
        Refuse(ranges, services, "--service-cidr");
        foreach (var range in ranges)
        {
            if (!underlay.Any(network => network.IsV6 == range.IsV6))
                throw new UsageException($"{Flag} {range} does not fit --ip-family {spec.IpFamily}: the lab has no {(range.IsV6 ? "IPv6" : "IPv4")} addresses");
            foreach (var network in underlay)
                CheckNetwork(range, network, spec.Nodes);
        }
    }

    /// <summary>The first addresses of an underlay are its router's and the nodes'; the ends of one of IPv4 are nobody's.</summary>
    private static void CheckNetwork(IpRange range, IpPrefix network, int nodes)
    {
        var taken = IpRange.Between(network.AddressAt(1), network.AddressAt((UInt128)(nodes + 1)));
        if (range.Overlaps(taken))
            throw new UsageException($"{Flag} {range} holds addresses of nodes: {taken} of the underlay {network} are the router's and the nodes'");
        if (!network.IsV6 && (range.Usable.Contains(network.Network) || range.Usable.Contains(network.Last)))
            throw new UsageException($"{Flag} {range} holds an end of the underlay {network}: {network.Network} and {network.Last} are no addresses to use");
    }

    private static IpRange ReadOne(string text)
    {
        if (IpPrefix.TryParse(text, out var block, out var address) && block.Network != address)
            throw new UsageException($"{Flag} {text} has host bits: did you mean {block}?");
        if (!IpRange.TryParse(text, out var range))
            throw new UsageException($"{Flag} {text} is neither a CIDR block such as 192.0.2.0/28 nor a pair such as 192.0.2.10-192.0.2.20");
        foreach (var end in (IpAddress[])[range.First, range.Last])
        {
            if (end.IsUnspecified || end.IsLoopback || end.IsLinkLocal || end.IsMulticast)
                throw new UsageException($"{Flag} {text}: {end} is no address that clients on a network can reach");
        }

        return range;
    }
}
