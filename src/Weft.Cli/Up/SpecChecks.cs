using Weft.Lab;
using Weft.Model;

namespace Weft.Cli.Up;

/// <summary>Whether the options of a lab fit together.</summary>
internal static class SpecChecks
{
    private const int MaxNodes = 100;

    // kube-apiserver takes no larger ranges of Services: 20 bits.
    private const int MostServiceBits = 20;

    /// <exception cref="UsageException">They do not; the message says which, and what would.</exception>
    public static void Check(LabSpec spec)
    {
        if (spec.Nodes is < 1 or > MaxNodes)
            throw new UsageException($"--nodes {spec.Nodes}: a lab has 1 to {MaxNodes} nodes");
        if (spec is { Keep: true, Ephemeral: true })
            throw new UsageException("--keep and --ephemeral exclude each other: an ephemeral store has nothing to keep");
        var pods = ReadCidrs("--pod-cidr", spec.PodCidr, spec.IpFamily);
        var services = ReadCidrs("--service-cidr", spec.ServiceCidr, spec.IpFamily);
        if (pods[0].IsV6 != services[0].IsV6)
            throw new UsageException($"--pod-cidr {spec.PodCidr} and --service-cidr {spec.ServiceCidr} begin with different families: the first of each is the main one");
        foreach (var range in pods)
            CheckSize(range, spec.Nodes);
        foreach (var range in services)
        {
            if (range.HostBits < 3)
                throw new UsageException($"--service-cidr {range} is too small: use a /{range.Network.BitLength - 3} or larger");
            if (range.HostBits > MostServiceBits)
                throw new UsageException($"--service-cidr {range} is too large: use a /{range.Network.BitLength - MostServiceBits} or smaller");
        }

        var underlay = LabRanges.Parse(spec.UnderlayCidr);
        CheckOverlaps(pods, services, underlay);
        LoadBalancerOption.Check(spec, pods, services, underlay);
    }

    private static void CheckSize(IpPrefix pods, int nodes)
    {
        var length = pods.IsV6 ? LabRanges.NodeLengthV6 : LabRanges.NodeLengthV4;
        var ranges = pods.Length > length ? 0 : 1L << Math.Min(length - pods.Length, 62);
        if (ranges < nodes)
        {
            throw new UsageException(
                $"--pod-cidr {pods} is too small: it holds {ranges} node ranges of /{length}, and {nodes} nodes need one each. "
                + $"Use a /{length - (int)Math.Ceiling(Math.Log2(nodes))} or larger, or fewer --nodes");
        }
    }

    private static void CheckOverlaps(IEnumerable<IpPrefix> pods, IEnumerable<IpPrefix> services, IEnumerable<IpPrefix> underlay)
    {
        Refuse(pods, services, "--pod-cidr and --service-cidr");
        Refuse(pods, underlay, "--pod-cidr and the underlay");
        Refuse(services, underlay, "--service-cidr and the underlay");

        static void Refuse(IEnumerable<IpPrefix> some, IEnumerable<IpPrefix> others, string flags)
        {
            foreach (var (first, second) in some.SelectMany(first => others.Select(second => (first, second))))
            {
                if (first.Overlaps(second))
                    throw new UsageException($"{flags} overlap: {first} and {second}");
            }
        }
    }

    private static IpPrefix[] ReadCidrs(string flag, string text, string family)
    {
        IpPrefix[] ranges = [.. text.Split(',').Select(range => ReadCidr(flag, range.Trim()))];
        var families = ranges.Select(range => range.IsV6).ToArray();
        var fits = family switch
        {
            "ipv4" => families is [false],
            "ipv6" => families is [true],
            _ => families is [false, true] or [true, false],
        };
        var wanted = family switch
        {
            "ipv4" => "one IPv4 range",
            "ipv6" => "one IPv6 range",
            _ => "one range of each family, with a comma between",
        };
        return fits ? ranges : throw new UsageException($"{flag} {text} does not fit --ip-family {family}: give {wanted}");
    }

    private static IpPrefix ReadCidr(string flag, string text)
    {
        if (!IpPrefix.TryParse(text, out var prefix, out var address))
            throw new UsageException($"{flag} {text} is not a CIDR block such as 10.244.0.0/16");
        return prefix.Network == address ? prefix : throw new UsageException($"{flag} {text} has host bits: did you mean {prefix}?");
    }
}
