using System.Globalization;
using Weft.Compilers.Policies.Verdicts;
using Weft.Compilers.Tracing;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;
using Weft.Model.Services;

namespace Weft.Compilers.Policies.Testing;

/// <summary>Turns an expectation into the connections that it speaks of.</summary>
internal sealed class PolicyChecks(ClusterSnapshot objects, EquatableArray<Pod> pods, TraceMap map, PolicyPath policies)
{
    /// <summary>The most connections that one expectation may mean.</summary>
    public const int Most = 1_000_000;

    private static readonly byte[] WithPorts = [(byte)L4Protocol.Tcp, (byte)L4Protocol.Udp, (byte)L4Protocol.Sctp];

    private readonly PartyFinder _finder = new(objects, pods, map);
    private readonly Dictionary<(BlockEnd Block, string? Node), List<IpAddress>> _pieces = [];
    private BlockPieces? _blocks;

    /// <summary>Its connections, each once; what is wrong with it otherwise.</summary>
    public (List<PolicyCheck> Checks, List<string> Problems) Of(PolicyExpectation expectation)
    {
        var problems = new List<string>();
        var (from, to) = (Find(expectation.From, problems), Find(expectation.To, problems));
        var checks = new HashSet<PolicyCheck>();
        var isAmongMany = from.Count > 1 || to.Count > 1;
        foreach (var destination in problems.Count > 0 ? [] : to)
        {
            foreach (var source in from.Where(source => !isAmongMany || source.Pod is null || source.Pod != destination.Pod))
            {
                foreach (var check in Pairs(source, destination).SelectMany(pair => Ports(pair.From, pair.To, destination, expectation.Ports, problems)))
                    checks.Add(check);
            }

            if (checks.Count > Most)
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"it means more than {Most} connections: take fewer pods or ports"));
            if (problems.Count > 0)
                break;
        }

        if (checks.Count == 0 && problems.Count == 0)
            problems.Add("it means no connection: both ends have no address family in common, or all addresses of the block are the cluster's");
        return ([.. checks], problems);
    }

    private List<Party> Find(EquatableArray<PolicyEnd> ends, List<string> problems)
    {
        var parties = new List<Party>();
        foreach (var end in ends)
        {
            var (found, problem) = _finder.Find(end);
            if (problem is not null)
                problems.Add(problem);
            parties.AddRange(found);
        }

        return parties;
    }

    /// <summary>Both ends at their addresses, one for each family that both have.</summary>
    private IEnumerable<(TraceEnd From, TraceEnd To)> Pairs(Party from, Party to)
    {
        var (sources, destinations) = (AddressesOf(from, to), AddressesOf(to, from));
        return destinations.SelectMany(destination => sources
            .Where(source => source.IsV6 == destination.IsV6)
            .Select(source => (from.At(source), to.At(destination))));
    }

    private IReadOnlyList<IpAddress> AddressesOf(Party party, Party other)
    {
        if (party.Block is not { } block)
            return [.. party.Addresses.GroupBy(address => address.IsV6).Select(family => family.First())];
        if (!_pieces.TryGetValue((block, other.Node), out var pieces))
        {
            var nodes = other.Node is { } node ? [node] : objects.Nodes.Select(each => each.Metadata.Name);
            _blocks ??= new BlockPieces(objects, pods);
            _pieces[(block, other.Node)] = pieces = _blocks.Of(block, nodes.SelectMany(each => policies.TableOf(each).Peers.Select(peer => peer.Range)));
        }

        return pieces;
    }

    private IEnumerable<PolicyCheck> Ports(TraceEnd from, TraceEnd to, Party destination, EquatableArray<ExpectedPort> ports, List<string> problems)
    {
        var declared = DeclaredPorts.Of(destination);
        if (ports.Count == 0 && declared.Count == 0)
            problems.Add($"which port of {destination.What}? It declares none: write port, or port: any for all");
        foreach (var (_, protocol, number) in ports.Count == 0 ? declared : [])
            yield return new PolicyCheck(from, to, protocol, number);
        foreach (var port in ports)
        {
            if (port.Name is { } name)
            {
                var named = declared.Where(item => item.Name == name && (port.Protocol is null || port.Protocol == item.Protocol)).ToList();
                if (named.Count == 0)
                    problems.Add($"{destination.What} has no port named {name}; it has {DeclaredPorts.Show(declared)}");
                foreach (var (_, protocol, number) in named)
                    yield return new PolicyCheck(from, to, protocol, number);
            }
            else
            {
                foreach (var check in destination.Service is not null && !port.IsSingle ? Served(from, to, port, declared) : Numbers(from, to, port))
                    yield return check;
            }
        }
    }

    /// <summary>A Service has no ports but those that it declares.</summary>
    private static IEnumerable<PolicyCheck> Served(TraceEnd from, TraceEnd to, ExpectedPort port, List<(string? Name, byte Protocol, ushort Number)> declared) => declared
        .Where(item => (port.Protocol is null || port.Protocol == item.Protocol) && item.Number >= port.First && item.Number <= port.Last)
        .Select(item => new PolicyCheck(from, to, item.Protocol, item.Number));

    private IEnumerable<PolicyCheck> Numbers(TraceEnd from, TraceEnd to, ExpectedPort port)
    {
        if (port.First is not { } first || (port.Protocol is null && port.First == 0))
            yield return new PolicyCheck(from, to, ExpectedPort.Icmp, null);
        if (port.First is null)
            yield break;
        foreach (var protocol in port.Protocol is { } only ? [only] : WithPorts)
        {
            foreach (var number in port.IsSingle ? [port.First.Value] : Representatives(from, to, protocol, port.First.Value, port.Last!.Value))
                yield return new PolicyCheck(from, to, protocol, number);
        }
    }

    /// <summary>A port of each piece on which no rule of either end can tell two ports apart.</summary>
    private IEnumerable<ushort> Representatives(TraceEnd from, TraceEnd to, byte protocol, ushort first, ushort last)
    {
        var edges = policies.PortsNamed(from.Address, from.Node, PolicyDirection.Egress)
            .Concat(policies.PortsNamed(to.Address, to.Node, PolicyDirection.Ingress))
            .Where(port => port.Protocol == protocol).SelectMany(port => (int[])[port.First, port.Last + 1]);
        var lowest = ushort.Max(first, 1);
        return edges.Append(lowest).Where(port => port >= lowest && port <= last).Distinct().Order().Select(port => (ushort)port);
    }
}
