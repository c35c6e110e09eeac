using FsCheck;
using FsCheck.Fluent;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Tests.Policies;

/// <summary>Policy tables of a small world: a dozen addresses, blocks that overlap, six terms, ports at the edges of ranges.</summary>
public static class RandomPolicies
{
    private static readonly ushort[] Numbers = [0, 1, 79, 80, 81, 443, 8000, 8080, 32767, 32768, 65534, 65535];
    private static readonly PeerTerm[] Terms = [.. Enumerable.Range(1, 6).Select(number => new PeerTerm($"term {number}"))];

    /// <summary>Addresses of the node.</summary>
    public static EquatableArray<IpAddress> NodeAddresses { get; } = [IpAddress.Parse("172.30.0.2"), IpAddress.Parse("fd00:172:30::2")];

    /// <summary>A table.</summary>
    public static Gen<PolicyTable> Table { get; } = Tables();

    /// <summary>Tables that follow each other: most entries stay.</summary>
    public static Gen<PolicyTable[]> History { get; } =
        from tables in Gen.ArrayOf(Table, 4)
        from mixed in Gen.ArrayOf(Gen.Choose(0, int.MaxValue - 1), 5)
        select (PolicyTable[])[tables[0], .. mixed.Select((seed, index) => Mix(tables[index % 4], tables[(index + 1) % 4], new Random(seed))), PolicyTable.Empty, tables[1]];

    /// <summary>A connection that may concern them.</summary>
    public static Gen<Connection> Connection { get; } =
        from v6 in Gen.Elements(false, true)
        from source in Gen.Elements(Addresses(v6))
        from destination in Gen.Elements(Addresses(v6))
        from protocol in Gen.Elements<byte>(6, 6, 6, 17, 132, 1, 58, 50)
        from port in Gen.Elements(Numbers)
        from near in Gen.Choose(-1, 1)
        select new Connection(source, destination, protocol, protocol is 6 or 17 or 132 ? (ushort)int.Clamp(port + near, 0, ushort.MaxValue) : null);

    /// <summary>A TCP segment in the middle of a connection.</summary>
    public static Gen<(Connection Connection, ushort SourcePort)> Segment { get; } =
        from connection in Connection.Where(connection => connection.Protocol == 6)
        from port in Gen.Elements(Numbers)
        select (connection, port);

    /// <summary>Addresses of pods, the node and the outside.</summary>
    public static IpAddress[] Addresses(bool v6) =>
    [
        .. Enumerable.Range(1, 6).Select(number => Pod(number, v6)), .. Enumerable.Range(1, 4).Select(number => IpAddress.Parse(v6 ? $"fd10:244:2::{number}" : $"10.244.2.{number}")),
        IpAddress.Parse(v6 ? "2001:db8::7" : "192.0.2.7"), NodeAddresses[v6 ? 1 : 0],
    ];

    private static IpAddress Pod(int number, bool v6) => IpAddress.Parse(v6 ? $"fd10:244:1::{number}" : $"10.244.1.{number}");

    private static Gen<PolicyTable> Tables()
    {
        var classes =
            from ingress in Gen.ArrayOf(Class(PolicyDirection.Ingress), 3)
            from egress in Gen.ArrayOf(Class(PolicyDirection.Egress), 3)
            select (Ingress: ingress, Egress: egress);
        return
            from known in classes
            from pods in Gen.CollectToArray(Enumerable.Range(1, 6).SelectMany(number => (Gen<PolicedPod?>[])[Policed(number, v6: false, known), Policed(number, v6: true, known)]))
            from identities in Gen.ArrayOf(Gen.NonEmptyListOf(Gen.Elements(Terms)), 5)
            from peers in Gen.CollectToArray(Ranges().Select(range => Gen.Choose(-3, 4).Select(choice => choice < 0 ? null : new Peer(range, IdentityOf(identities[choice])))))
            from withNode in Gen.Elements(true, false)
            select new PolicyTable
            {
                Pods = pods.OfType<PolicedPod>().OrderBy(pod => pod.Address).ToEquatableArray(),
                Peers = peers.OfType<Peer>().OrderBy(peer => peer.Range).ToEquatableArray(),
                NodeAddresses = withNode ? NodeAddresses : [],
            };
    }

    private static PeerIdentity IdentityOf(IEnumerable<PeerTerm> terms) => new(terms.Distinct().Order().ToEquatableArray());

    private static IEnumerable<IpPrefix> Ranges() =>
    [
        .. Addresses(v6: false).Take(10).Concat(Addresses(v6: true).Take(10)).Select(IpPrefix.Host),
        .. ((string[])["0.0.0.0/0", "10.0.0.0/8", "10.244.0.0/16", "10.244.1.0/24", "10.244.2.0/24", "10.244.2.0/31", "10.244.1.4/30", "192.0.2.0/25", "::/0", "fd10:244::/32", "fd10:244:1::/64", "fd10:244:2::2/127"]).Select(text => IpPrefix.Parse(text)),
    ];

    private static Gen<PolicedPod?> Policed(int number, bool v6, (PolicyClass[] Ingress, PolicyClass[] Egress) known) =>
        from present in Gen.Elements(true, true, false)
        from ingress in Gen.Choose(-1, 2)
        from egress in Gen.Choose(-1, 2)
        from audited in Gen.Choose(-6, 2)
        select present
            ? new PolicedPod(Pod(number, v6), "default", $"pod{number}")
            {
                Ingress = ingress < 0 ? null : known.Ingress[ingress],
                Egress = egress < 0 ? null : known.Egress[egress],
                AuditedIngress = audited < 0 ? null : known.Ingress[audited],
                AuditedEgress = audited < 1 ? null : known.Egress[audited],
            }
            : null;

    private static Gen<PolicyClass> Class(PolicyDirection direction) =>
        from admin in Rules(direction, "admin", Gen.Elements(PolicyAction.Accept, PolicyAction.Deny, PolicyAction.Pass), 3)
        from namespaced in Rules(direction, "allow", Gen.Constant(PolicyAction.Accept), 3)
        from baseline in Rules(direction, "baseline", Gen.Elements(PolicyAction.Accept, PolicyAction.Deny, PolicyAction.Pass), 2)
        from isolated in Gen.Elements(true, true, false)
        select new PolicyClass(direction)
        {
            Admin = admin,
            Namespaced = isolated ? namespaced : [],
            IsolatedBy = isolated ? [new PolicyRuleName("NetworkPolicy", "default", "isolate", direction, -1)] : [],
            Baseline = baseline,
        };

    private static Gen<EquatableArray<PolicyRule>> Rules(PolicyDirection direction, string policy, Gen<PolicyAction> action, int most) =>
        from count in Gen.Choose(0, most)
        from rules in Gen.ArrayOf(Rule(action), count)
        select rules.Select((rule, index) => rule with { Name = new PolicyRuleName("NetworkPolicy", "default", policy, direction, index) }).ToEquatableArray();

    private static Gen<PolicyRule> Rule(Gen<PolicyAction> actions) =>
        from action in actions
        from everybody in Gen.Elements(true, false, false)
        from terms in Gen.ListOf(Gen.Elements(Terms), 2)
        from anyPort in Gen.Elements(true, false, false)
        from ports in Gen.ListOf(Port, 2)
        select new PolicyRule(new PolicyRuleName("", "", "", PolicyDirection.Ingress, 0), action)
        {
            Peers = everybody ? null : terms.ToEquatableArray(),
            Ports = anyPort ? null : ports.ToEquatableArray(),
        };

    private static Gen<PolicyPort> Port =>
        from protocol in Gen.Elements<byte>(6, 6, 17, 132, 1)
        from first in Gen.Elements(Numbers)
        from last in Gen.Elements(Numbers)
        from single in Gen.Elements(true, true, false)
        select single ? new PolicyPort(protocol, first, first) : new PolicyPort(protocol, ushort.Min(first, last), ushort.Max(first, last));

    /// <summary>Of each entry that two tables have, one or the other.</summary>
    private static PolicyTable Mix(PolicyTable left, PolicyTable right, Random random) => new()
    {
        Pods = left.Pods.Concat(right.Pods).GroupBy(pod => pod.Address).Where(_ => random.Next(5) > 0)
            .Select(pods => pods.ElementAt(random.Next(pods.Count()))).OrderBy(pod => pod.Address).ToEquatableArray(),
        Peers = left.Peers.Concat(right.Peers).GroupBy(peer => peer.Range).Where(_ => random.Next(5) > 0)
            .Select(peers => peers.ElementAt(random.Next(peers.Count()))).OrderBy(peer => peer.Range).ToEquatableArray(),
        NodeAddresses = left.NodeAddresses,
    };
}
