using Weft.EndToEnd.Support;

namespace Weft.EndToEnd.Dns;

/// <summary>Names under policies: cluster DNS has the identity of kube-dns, and rules that name domains follow what it says.</summary>
[Collection(DnsCollection.Name)]
public sealed class PolicedNameTests
{
    private const string Space = "guarded", Name = "web.default.svc.cluster.local";
    private const string Asker = """
        {apiVersion: v1, kind: Namespace, metadata: {name: guarded}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: asker, namespace: guarded, labels: {app: asker}}
        spec: {containers: [{name: tools, image: weft/host, command: [sleep, infinity]}]}
        """;

    private readonly DnsLab _dns;

    public PolicedNameTests(DnsLab dns)
    {
        DnsLab.RequireDig();
        _dns = dns;
    }

    [Fact]
    public async Task Default_deny_denies_names_until_a_rule_allows_kube_dns()
    {
        await StartAsync();
        try
        {
            await Shell.UntilAsync(() => AsksAsync(), "names are answered without policies");
            await ApplyAsync("deny", "podSelector: {}, policyTypes: [Egress]");
            await Shell.UntilAsync(async () => !await AsksAsync(), "names are denied");

            const string KubeDns = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}";
            await ApplyAsync("dns", $"podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{KubeDns}], ports: [{{port: 53, protocol: UDP}}, {{port: dns-tcp, protocol: TCP}}]}}]");
            await Shell.UntilAsync(() => AsksAsync(), "names are allowed");
            foreach (var server in DnsLab.Servers)
            {
                await Shell.UntilAsync(() => AsksAsync($"@{server}", "+notcp"), $"{server} answers datagrams");
                await Shell.UntilAsync(() => AsksAsync($"@{server}", "+tcp"), $"{server} answers on connections");
            }

            Assert.False(await ConnectsAsync(Name, 80, expected: false));
        }
        finally
        {
            (await _dns.Lab.KubectlAsync("delete", "networkpolicy", "-n", Space, "--all")).Succeeded();
        }
    }

    [Fact]
    public async Task A_rule_for_a_domain_lets_a_client_through_that_asks_for_it_and_connects_at_once()
    {
        Assert.SkipUnless(Shell.IsInstalled("bash"), "bash is not installed");
        await StartAsync();
        try
        {
            (await _dns.Lab.FeedKubectlAsync(
                """
                apiVersion: policy.networking.k8s.io/v1alpha2
                kind: ClusterNetworkPolicy
                metadata: {name: only-db}
                spec:
                  tier: Admin
                  priority: 5
                  subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: guarded}}}
                  egress:
                  - {action: Accept, to: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]}
                  - {name: database, action: Accept, to: [{domainNames: ["*.svc.cluster.local"]}], protocols: [{tcp: {destinationPort: {number: 6379}}}]}
                  - {action: Deny, to: [{networks: ["0.0.0.0/0", "::/0"]}]}
                """,
                "apply",
                "-f",
                "-")).Succeeded();
            var pods = await _dns.Lab.PodAddressesAsync();
            await Shell.UntilAsync(async () => !await ConnectsAsync(pods["db-1"], 6379, expected: false), "addresses that nobody was told are denied");

            // One command asks and connects: the kernel knows before the answer leaves.
            Assert.True(await ConnectsAsync("db-0.db.default.svc.cluster.local", 6379, expected: true));
            Assert.True(await ConnectsAsync(pods["db-0"], 6379, expected: true));
            Assert.False(await ConnectsAsync(pods["db-1"], 6379, expected: false));
            Assert.False(await ConnectsAsync(Name, 80, expected: false));
            Assert.True(await ConnectsAsync("db.default.svc.cluster.local", 6379, expected: true));
        }
        finally
        {
            (await _dns.Lab.KubectlAsync("delete", "clusternetworkpolicy", "only-db", "--ignore-not-found")).Succeeded();
        }
    }

    private async Task StartAsync()
    {
        (await _dns.Lab.FeedKubectlAsync(Asker, "apply", "-f", "-")).Succeeded();
        (await _dns.Lab.KubectlAsync("wait", "pod", "asker", "-n", Space, "--for=condition=Ready", "--timeout=170s")).Succeeded();
    }

    private async Task ApplyAsync(string name, string spec) => (await _dns.Lab.FeedKubectlAsync(
        $$"""
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {namespace: {{Space}}, name: {{name}}}
        spec: { {{spec}} }
        """,
        "apply",
        "-f",
        "-")).Succeeded();

    /// <summary>Whether a question is answered within three seconds.</summary>
    private async Task<bool> AsksAsync(params string[] query) =>
        await InAskerAsync(["dig", "+short", "+time=3", "+tries=1", Name, .. query]) is { ExitCode: 0 } asked && asked.Output.Trim().Length > 0;

    /// <summary>Whether a connection comes about; what is expected only says how long to wait.</summary>
    private async Task<bool> ConnectsAsync(string host, int port, bool expected) =>
        (await InAskerAsync("timeout", expected ? "30" : "2", "bash", "-c", $"exec 3<>/dev/tcp/{host}/{port}")).ExitCode == 0;

    private Task<Outcome> InAskerAsync(params string[] command) => _dns.Lab.WeftAsync(["exec", "-n", Space, "asker", "--", .. command]);
}
