using System.Globalization;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Tests.Policies.Oracle;

/// <summary>Random policies of both kinds.</summary>
/// <param name="random">Where chance comes from.</param>
/// <param name="valid">Whether an API server would take them.</param>
internal sealed class RandomPolicies(Random random, bool valid)
{
    private static readonly string[] Blocks = ["10.244.0.0/16", "10.244.1.0/24", "10.244.1.2/32", "0.0.0.0/0", "192.168.0.0/16", "172.30.0.0/24", "fd00::/8", "fd44:0:0:1::/64", "::/0"];
    private static readonly string[] Holes = ["10.244.1.0/24", "10.244.1.2/32", "10.244.1.0/25", "192.168.1.0/24", "fd44::/32", "fd44:0:0:1::2/128"];
    private static readonly string[] Domains = ["example.com", "*.example.com", "WWW.example.com.", "*.b.example.com", "db.example.org"];
    private static readonly string[] BadDomains = ["com", "*.com", "a.*.example.com", "*", "", "exa mple.com", "a..com", "*example.com"];
    private static readonly string[] BadBlocks = ["10.244.0.0", "10.244.0.0/33", "nonsense", ""];

    public NetworkPolicy NetworkPolicy(int index) => new()
    {
        Metadata = new ObjectMeta { Namespace = One("a", "b", "c"), Name = Text($"np{index}"), Annotations = Audit() },
        Spec = new NetworkPolicySpec
        {
            PodSelector = Chance(4) ? null : Labels("app", "web", "db"),
            PolicyTypes = random.Next(6) switch { 0 => [], 1 => ["Ingress"], 2 => ["Egress"], 3 when !valid && Chance(3) => ["Ingres"], _ => ["Ingress", "Egress"] },
            Ingress = Some(2, () => new NetworkPolicyIngressRule { From = Some(3, Peer), Ports = Some(2, Port) }),
            Egress = Some(2, () => new NetworkPolicyEgressRule { To = Some(3, Peer), Ports = Some(2, Port) }),
        },
    };

    public ClusterNetworkPolicy ClusterNetworkPolicy(int index) => new()
    {
        Metadata = new ObjectMeta { Name = Text($"cnp{index}"), Annotations = Audit() },
        Spec = new ClusterNetworkPolicySpec
        {
            Tier = Bad() ? "Platinum" : One("Admin", "Baseline"),
            Priority = random.Next(4),
            Subject = Bad() ? new() : Chance(2) ? new() { Namespaces = Labels("team", "x", "y") } : new() { Pods = Pods() },
            Ingress = Some(3, () => Rule(egress: false)),
            Egress = Some(3, () => Rule(egress: true)),
        },
    };

    private NetworkPolicyPeer Peer()
    {
        if (Bad())
            return Chance(2) ? new() : new() { IpBlock = Block(), PodSelector = new() };
        return random.Next(4) switch
        {
            0 => new() { PodSelector = Labels("app", "web", "db") },
            1 => new() { NamespaceSelector = Labels("team", "x", "y") },
            2 => new() { NamespaceSelector = Labels("team", "x", "y"), PodSelector = Labels("tier", "1", "2") },
            _ => new() { IpBlock = Block() },
        };
    }

    private IpBlock Block()
    {
        var cidr = Bad() ? One(BadBlocks) : One(Blocks);
        var holes = Holes.Where(hole => OracleAddresses.IsPartOf(hole, cidr) && Chance(3)).ToList();
        if (Bad())
            holes.Add(One([.. Holes, .. BadBlocks]));
        return new IpBlock { Cidr = cidr, Except = holes.ToEquatableArray() };
    }

    private NetworkPolicyPort Port()
    {
        if (Bad())
            return One<NetworkPolicyPort>(new() { Protocol = "ICMP", Port = 80 }, new() { Port = 81, EndPort = 80 }, new() { EndPort = 80 }, new() { Port = "http", EndPort = 90 }, new() { Port = 0 });
        var protocol = One("TCP", "UDP", "SCTP", null);
        return random.Next(4) switch
        {
            0 => new() { Protocol = protocol, Port = One("http", "dns", "nobody") },
            1 => new() { Protocol = protocol },
            2 => new() { Protocol = protocol, Port = 80, EndPort = One(80, 81, 9000) },
            _ => new() { Protocol = protocol, Port = One(80, 81, 53) },
        };
    }

    private ClusterNetworkPolicyRule Rule(bool egress)
    {
        var named = Chance(4);
        var peers = Some(2, () => ClusterPeer(egress && !(named && valid)));
        if (peers.Count == 0 && !Bad())
            peers = [new ClusterNetworkPolicyPeer { Namespaces = new() }];
        var protocols = named ? [new ClusterNetworkPolicyProtocol { DestinationNamedPort = One("http", "dns", "nobody") }] : Some(2, Protocol);
        return new ClusterNetworkPolicyRule
        {
            Name = Chance(3) ? "titled" : null,
            Action = Bad() ? "Allow" : peers.Any(peer => peer.DomainNames.Count > 0) && (valid || !Chance(8)) ? "Accept" : One("Accept", "Deny", "Pass"),
            From = egress ? [] : peers,
            To = egress ? peers : [],
            Protocols = protocols,
        };
    }

    private ClusterNetworkPolicyPeer ClusterPeer(bool withNetworks)
    {
        if (Bad())
            return One<ClusterNetworkPolicyPeer>(new(), new() { DomainNames = [One(BadDomains)] }, new() { Namespaces = new(), Pods = Pods() }, new() { Networks = [One(BadBlocks)] });
        return random.Next(withNetworks ? 7 : 2) switch
        {
            0 => new() { Namespaces = Labels("team", "x", "y") },
            1 => new() { Pods = Pods() },
            2 => new() { Nodes = Labels("zone", "x", "y") },
            3 or 4 => new() { DomainNames = Enumerable.Range(0, 1 + random.Next(2)).Select(_ => One(Domains)).Distinct().ToEquatableArray() },
            _ => new() { Networks = [One(Blocks)] },
        };
    }

    private ClusterNetworkPolicyProtocol Protocol()
    {
        var port = Chance(2) ? new ClusterNetworkPolicyPort { Number = One(80, 81, 53) } : new() { Range = new() { Start = Bad() ? 9000 : 80, End = One(81, 9000) } };
        var ports = new ClusterNetworkPolicyPorts { DestinationPort = Bad() ? null : port };
        return random.Next(3) switch { 0 => new() { Tcp = ports }, 1 => new() { Udp = ports }, _ => new() { Sctp = ports } };
    }

    private NamespacedPodSelector Pods() => new() { NamespaceSelector = Labels("team", "x", "y"), PodSelector = Labels("app", "web", "db") };

    private LabelSelector Labels(string key, params string[] values)
    {
        if (Bad())
            return new() { MatchExpressions = [One<LabelRequirement>(new() { Key = key, Operator = "in", Values = [values[0]] }, new() { Key = "-", Operator = "Exists" }, new() { Key = key, Operator = "In" })] };
        return random.Next(7) switch
        {
            0 => new(),
            1 => new() { MatchExpressions = [new() { Key = key, Operator = "In", Values = values.ToEquatableArray() }] },
            2 => new() { MatchExpressions = [new() { Key = key, Operator = "NotIn", Values = [One(values)] }] },
            3 => new() { MatchExpressions = [new() { Key = key, Operator = One("Exists", "DoesNotExist") }] },
            _ => LabelSelector.Of(StringMap.Of((key, One(values)))),
        };
    }

    private StringMap Audit() => Chance(8) ? StringMap.Of(("weft/policy-audit", "true")) : default;

    private EquatableArray<T> Some<T>(int most, Func<T> make)
        where T : IEquatable<T> => Enumerable.Range(0, random.Next(most + 1)).Select(_ => make()).ToEquatableArray();

    private bool Bad() => !valid && Chance(25);

    private bool Chance(int oneIn) => random.Next(oneIn) == 0;

    private T One<T>(params ReadOnlySpan<T> items) => items[random.Next(items.Length)];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
