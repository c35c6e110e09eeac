namespace Weft.Tests.Policies.TruthTables;

/// <summary>Peers of NetworkPolicies in namespace a: every kind, in both directions, for one pod and for the whole namespace.</summary>
internal static class PeerCases
{
    // What stands in from or to, and whom that means in namespace a.
    private static readonly (string Yaml, string Who)[] Peers =
    [
        ("[{podSelector: {}}]", "a/*"),
        ("[{podSelector: {matchLabels: {pod: x}}}]", "a/x"),
        ("[{podSelector: {matchLabels: {pod: nobody}}}]", ""),
        ("[{podSelector: {matchExpressions: [{key: pod, operator: In, values: [x, 'y']}]}}]", "a/x a/y"),
        ("[{podSelector: {matchExpressions: [{key: pod, operator: NotIn, values: [x]}]}}]", "a/y a/z"),
        ("[{podSelector: {matchExpressions: [{key: pod, operator: Exists}]}}]", "a/*"),
        ("[{podSelector: {matchExpressions: [{key: pod, operator: DoesNotExist}]}}]", ""),
        ("[{podSelector: {matchLabels: {pod: x}, matchExpressions: [{key: pod, operator: NotIn, values: [x]}]}}]", ""),
        ("[{namespaceSelector: {}}]", "*/*"),
        ("[{namespaceSelector: {matchLabels: {ns: b}}}]", "b/*"),
        ("[{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: c}}}]", "c/*"),
        ("[{namespaceSelector: {matchExpressions: [{key: ns, operator: NotIn, values: [b]}]}}]", "a/* c/*"),
        ("[{namespaceSelector: {matchExpressions: [{key: ns, operator: DoesNotExist}]}}]", ""),
        ("[{namespaceSelector: {matchLabels: {ns: b}}, podSelector: {matchLabels: {pod: x}}}]", "b/x"),
        ("[{namespaceSelector: {}, podSelector: {matchLabels: {pod: z}}}]", "*/z"),
        ("[{namespaceSelector: {matchExpressions: [{key: ns, operator: In, values: [b, c]}]}, podSelector: {matchExpressions: [{key: pod, operator: NotIn, values: [x]}]}}]", "b/y b/z c/y c/z"),
        ("[{namespaceSelector: {matchLabels: {ns: b}}}, {podSelector: {matchLabels: {pod: x}}}]", "b/* a/x"),
        ("[{ipBlock: {cidr: 10.244.1.0/24}}, {ipBlock: {cidr: 'fd44:0:0:1::/64'}}]", "a/x a/y b/x b/z c/y"),
        ("[{ipBlock: {cidr: 10.244.0.0/16, except: [10.244.2.0/24]}}, {ipBlock: {cidr: 'fd44::/48', except: ['fd44:0:0:2::/64']}}]", "a/x a/y b/x b/z c/y"),
        ("[{ipBlock: {cidr: 0.0.0.0/0, except: [C-Z-4]}}, {ipBlock: {cidr: '::/0', except: ['C-Z-6']}}]", "a/* b/* c/x c/y"),
        ("[{ipBlock: {cidr: 0.0.0.0/0, except: [10.244.0.0/16]}}, {ipBlock: {cidr: '::/0', except: ['fd44::/48']}}, {podSelector: {matchLabels: {pod: 'y'}}}]", "a/y"),
        ("[{ipBlock: {cidr: 10.244.0.0/16, except: [10.244.1.0/24]}}, {ipBlock: {cidr: 10.244.1.0/24}}, {ipBlock: {cidr: 'fd44::/48'}}]", "*/*"),
        ("[{ipBlock: {cidr: 10.96.0.0/16}}, {ipBlock: {cidr: 'fd96::/112'}}]", ""),
        ("[]", "*/*"),
    ];

    // podSelector, and whom it selects in namespace a.
    private static readonly (string Yaml, string Who)[] Subjects = [("{matchLabels: {pod: x}}", "a/x"), ("{}", "a/*")];

    public static IEnumerable<TruthCase> All() =>
        from ingress in (bool[])[true, false]
        from subject in Subjects
        from peer in Peers
        select Case(ingress, subject, peer);

    private static TruthCase Case(bool ingress, (string Yaml, string Who) subject, (string Yaml, string Who) peer)
    {
        var other = TruthPod.Of("c/z");
        var yaml = peer.Yaml.Replace("C-Z-4", $"{other.Address(v6: false)}/32", StringComparison.Ordinal).Replace("C-Z-6", $"{other.Address(v6: true)}/128", StringComparison.Ordinal);
        var (selected, peers) = (new TruthPods(subject.Who), new TruthPods(peer.Who));
        return new TruthCase(
            $"{subject.Who} {(ingress ? "accepts from" : "may open to")} {yaml}",
            TruthCluster.With(PolicyYaml.Rules("a/only", ingress, subject.Yaml, $"[{{PEERS: {yaml}}}]")),
            (from, to, _) => ingress ? !selected.Has(to) || peers.Has(from) : !selected.Has(from) || peers.Has(to));
    }
}
