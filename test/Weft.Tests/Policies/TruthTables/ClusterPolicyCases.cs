using Weft.Model.Services;

namespace Weft.Tests.Policies.TruthTables;

/// <summary>Subjects, peers and ports of ClusterNetworkPolicies, each in a rule that denies.</summary>
internal static class ClusterPolicyCases
{
    private const string InA = "namespaces: {matchLabels: {ns: a}}";

    // A rule's peers, whom they mean, and whether they may stand in an ingress rule.
    private static readonly (string Yaml, string Who, bool Both)[] Peers =
    [
        ("{namespaces: {}}", "*/*", true),
        ("{namespaces: {matchExpressions: [{key: ns, operator: In, values: [b, c]}]}}", "b/* c/*", true),
        ("{pods: {namespaceSelector: {}, podSelector: {matchLabels: {pod: x}}}}", "*/x", true),
        ("{pods: {namespaceSelector: {matchLabels: {ns: b}}, podSelector: {matchExpressions: [{key: pod, operator: NotIn, values: [x]}]}}}", "b/y b/z", true),
        ("{namespaces: {matchLabels: {ns: c}}}, {pods: {namespaceSelector: {matchLabels: {ns: b}}, podSelector: {matchLabels: {pod: z}}}}", "c/* b/z", true),
        ("{networks: [10.244.2.0/24, 'fd44:0:0:2::/64']}", "a/z b/y c/x c/z", false),
        ("{networks: [10.96.0.0/16, 'fd96::/112']}", "", false),
        ("{nodes: {}}", "", false),
    ];

    private static readonly (string Yaml, Func<TruthPod, TruthTarget, bool> Means)[] Ports =
    [
        ("{tcp: {destinationPort: {number: 80}}}", (_, target) => target is { Protocol: L4Protocol.Tcp, Port: 80 }),
        ("{udp: {destinationPort: {range: {start: 80, end: 81}}}}", (_, target) => target.Protocol == L4Protocol.Udp),
        ("{sctp: {destinationPort: {number: 81}}}", (_, target) => target is { Protocol: L4Protocol.Sctp, Port: 81 }),
        ("{tcp: {destinationPort: {number: 81}}}, {udp: {destinationPort: {number: 80}}}", (_, target) => target is { Protocol: L4Protocol.Tcp, Port: 81 } or { Protocol: L4Protocol.Udp, Port: 80 }),
        ("{destinationNamedPort: http}", (to, target) => target.Protocol == L4Protocol.Tcp && target.Port == (to.Name == "z" ? 81 : 80)),
        ("{destinationNamedPort: questions}", (_, target) => target is { Protocol: L4Protocol.Udp, Port: 81 }),
    ];

    private static readonly (string Yaml, string Who)[] Subjects =
    [
        ("namespaces: {}", "*/*"),
        ("namespaces: {matchExpressions: [{key: ns, operator: NotIn, values: [a]}]}", "b/* c/*"),
        ("pods: {namespaceSelector: {matchLabels: {ns: a}}, podSelector: {matchLabels: {pod: x}}}", "a/x"),
        ("pods: {namespaceSelector: {}, podSelector: {matchExpressions: [{key: pod, operator: In, values: [x, 'y']}]}}", "*/x */y"),
    ];

    public static IEnumerable<TruthCase> All()
    {
        foreach (var ingress in (bool[])[true, false])
        {
            foreach (var peer in Peers.Where(peer => !ingress || peer.Both))
                yield return Case(ingress, (InA, "a/*"), (peer.Yaml, peer.Who), ("", (_, _) => true));
            foreach (var port in Ports)
                yield return Case(ingress, (InA, "a/*"), ("{namespaces: {matchLabels: {ns: b}}}", "b/*"), port);
            foreach (var subject in Subjects)
                yield return Case(ingress, subject, ("{namespaces: {matchLabels: {ns: b}}}", "b/*"), ("", (_, _) => true));
        }
    }

    private static TruthCase Case(bool ingress, (string Yaml, string Who) subject, (string Yaml, string Who) peer, (string Yaml, Func<TruthPod, TruthTarget, bool> Means) port)
    {
        var (selected, peers) = (new TruthPods(subject.Who), new TruthPods(peer.Who));
        var protocols = port.Yaml.Length == 0 ? "" : $", protocols: [{port.Yaml}]";
        return new TruthCase(
            $"{subject.Yaml} denied {(ingress ? "from" : "to")} {peer.Yaml}{protocols}",
            TruthCluster.With(PolicyYaml.Cluster(
                "deny", "Admin", 10, $"subject: {{{subject.Yaml}}}, {(ingress ? "ingress" : "egress")}: [{{action: Deny, {(ingress ? "from" : "to")}: [{peer.Yaml}]{protocols}}}]")),
            (from, to, target) => !(selected.Has(ingress ? to : from) && peers.Has(ingress ? from : to) && port.Means(to, target)));
    }
}
