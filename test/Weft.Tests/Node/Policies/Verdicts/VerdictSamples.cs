using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;
using Weft.Netlink.PacketLog;
using Weft.Node.Policies.Verdicts;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Node.Policies.Verdicts;

/// <summary>
/// <c>db</c> accepts TCP 6379 from frontends and from a block without its exception, and opens nothing; <c>web</c> accepts everything but what an administrator
/// denies, and under audit nothing.
/// </summary>
internal static class VerdictSamples
{
    public const byte Tcp = 6, Udp = 17, Icmp = 1;

    public static readonly IpAddress Db = IpAddress.Parse("10.244.1.2"), Db6 = IpAddress.Parse("fd44::2"), Web = IpAddress.Parse("10.244.1.3");
    public static readonly IpAddress Frontend = IpAddress.Parse("10.244.2.2"), Stranger = IpAddress.Parse("10.244.2.3"), Stranger6 = IpAddress.Parse("fd44:0:0:2::3");
    public static readonly IpAddress OtherNode = IpAddress.Parse("172.30.0.3"), OtherGateway = IpAddress.Parse("10.244.2.1");
    public static readonly IpAddress InBlock = IpAddress.Parse("172.17.0.9"), Outside = IpAddress.Parse("192.0.2.7");
    public static readonly DateTimeOffset Time = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private static readonly PeerTerm Frontends = new("pods role=frontend in namespace default"), Block = new("172.17.0.0/16 except 172.17.1.0/24");
    private static readonly PolicyRuleName Allow = new("NetworkPolicy", "default", "db", PolicyDirection.Ingress, 0);
    private static readonly PolicyRuleName Admin = new("ClusterNetworkPolicy", "", "guard", PolicyDirection.Ingress, 2, "no telnet");

    public static PolicyTable Table { get; } = new()
    {
        Pods =
        [
            new PolicedPod(Db, "default", "db") { Ingress = Accepts(), Egress = Isolates(PolicyDirection.Egress, "db", audited: false) },
            new PolicedPod(Web, "shop", "web") { Ingress = Guard(), AuditedIngress = Isolates(PolicyDirection.Ingress, "web", audited: true) },
            new PolicedPod(Db6, "default", "db") { Ingress = Accepts() },
        ],
        Peers = [new Peer(IpPrefix.Parse("172.17.0.0/16"), new PeerIdentity([Block])), new Peer(IpPrefix.Host(Frontend), new PeerIdentity([Frontends]))],
        NodeAddresses = [IpAddress.Parse("172.30.0.2")],
    };

    public static ClusterSnapshot Cluster { get; } = new()
    {
        Nodes =
        [
            new KubeNode
            {
                Metadata = new() { Name = "node2" },
                Spec = new() { PodCIDRs = ["10.244.2.0/24"] },
                Status = new() { Addresses = [new NodeAddress("InternalIP", OtherNode.ToString()), new NodeAddress("Hostname", "node2")] },
            },
        ],
        Policies = new() { Pods = [Pod("default", "db", Db, Db6), Pod("shop", "web", Web), Pod("default", "frontend", Frontend), Pod("mine", "stranger", Stranger, Stranger6)] },
    };

    public static VerdictNames Names { get; } = new("node1", new PolicyJudge(Table), before: null, Cluster);

    public static LoggedPacket Packet(PolicyDirection direction, IpAddress from, IpAddress to, byte protocol, ushort port, bool audited = false, ushort sourcePort = 40000, byte flags = 2) =>
        new(PolicyLogging.Prefix(direction, audited), new PacketHeader(from, to, protocol, sourcePort, port) { TcpFlags = protocol == Tcp ? flags : null }, 1, 2);

    public static NamedVerdict Name(LoggedPacket packet) => Names.NameOf(packet, Time)!;

    private static PolicyPod Pod(string ns, string name, params IpAddress[] addresses) =>
        new() { Metadata = new() { Namespace = ns, Name = name }, Addresses = [.. addresses] };

    private static PolicyClass Accepts() => new(PolicyDirection.Ingress)
    {
        Namespaced = [new PolicyRule(Allow, PolicyAction.Accept) { Peers = [Block, Frontends], Ports = [new PolicyPort(Tcp, 6379, 6379)] }],
        IsolatedBy = [Allow with { Index = -1 }],
    };

    private static PolicyClass Isolates(PolicyDirection direction, string policy, bool audited) =>
        new(direction) { IsolatedBy = [new PolicyRuleName("NetworkPolicy", audited ? "shop" : "default", policy, direction, -1)], IsAudited = audited };

    private static PolicyClass Guard() =>
        new(PolicyDirection.Ingress) { Admin = [new PolicyRule(Admin, PolicyAction.Deny) { Ports = [new PolicyPort(Tcp, 23, 23)] }] };
}
