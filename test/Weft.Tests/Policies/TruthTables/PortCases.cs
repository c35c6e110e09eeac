using Weft.Model.Services;

namespace Weft.Tests.Policies.TruthTables;

/// <summary>Ports of NetworkPolicies in namespace a: every kind, in both directions, for everybody and for one namespace.</summary>
internal static class PortCases
{
    private static readonly (string Yaml, Func<TruthPod, TruthTarget, bool> Means)[] Ports =
    [
        ("[]", (_, _) => true),
        ("[{port: 80}]", (_, target) => target == Tcp(80)),
        ("[{port: 81, protocol: UDP}]", (_, target) => target == Udp(81)),
        ("[{port: 80, protocol: SCTP}]", (_, target) => target == new TruthTarget(L4Protocol.Sctp, 80)),
        ("[{protocol: UDP}]", (_, target) => target.Protocol == L4Protocol.Udp),
        ("[{protocol: TCP}, {protocol: SCTP, port: 81}]", (_, target) => target.Protocol == L4Protocol.Tcp || target == new TruthTarget(L4Protocol.Sctp, 81)),
        ("[{port: 80, endPort: 81}]", (_, target) => target.Protocol == L4Protocol.Tcp),
        ("[{port: 81, endPort: 32000, protocol: UDP}]", (_, target) => target == Udp(81)),
        ("[{port: 1, endPort: 80, protocol: SCTP}]", (_, target) => target == new TruthTarget(L4Protocol.Sctp, 80)),
        ("[{port: http}]", (to, target) => target == Tcp(to.Name == "z" ? (ushort)81 : (ushort)80)),
        ("[{port: questions, protocol: UDP}]", (_, target) => target == Udp(81)),
        ("[{port: questions}]", (_, _) => false),
        ("[{port: nobody}]", (_, _) => false),
        ("[{port: 80}, {port: 81, protocol: UDP}, {port: http}]", (to, target) => target == Tcp(80) || target == Udp(81) || (to.Name == "z" && target == Tcp(81))),
    ];

    private static readonly (string Yaml, string Who)[] Peers = [("[]", "*/*"), ("[{namespaceSelector: {matchLabels: {ns: b}}}]", "b/*")];

    public static IEnumerable<TruthCase> All() =>
        from ingress in (bool[])[true, false]
        from peer in Peers
        from port in Ports
        select Case(ingress, new TruthPods("a/*"), peer, port);

    private static TruthCase Case(bool ingress, TruthPods selected, (string Yaml, string Who) peer, (string Yaml, Func<TruthPod, TruthTarget, bool> Means) port)
    {
        var peers = new TruthPods(peer.Who);
        return new TruthCase(
            $"a/* {(ingress ? "accepts from" : "may open to")} {peer.Who} ports {port.Yaml}",
            TruthCluster.With(PolicyYaml.Rules("a/ports", ingress, "{}", $"[{{PEERS: {peer.Yaml}, ports: {port.Yaml}}}]")),
            (from, to, target) => ingress
                ? !selected.Has(to) || (peers.Has(from) && port.Means(to, target))
                : !selected.Has(from) || (peers.Has(to) && port.Means(to, target)));
    }

    private static TruthTarget Tcp(ushort port) => new(L4Protocol.Tcp, port);

    private static TruthTarget Udp(ushort port) => new(L4Protocol.Udp, port);
}
