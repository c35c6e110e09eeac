using System.Globalization;
using System.Text.RegularExpressions;
using Weft.EndToEnd.Support;

namespace Weft.EndToEnd.Dns;

/// <summary>How many queries a name of others costs a pod, counted by the kernel on the way to the server. The test leaves the lab as it was.</summary>
[Collection(DnsCollection.Name)]
public sealed partial class CompletionTests(DnsLab dns)
{
    private const string Name = "www.example.org", Address = "192.0.2.80", Annotation = "weft/dns-completion";

    [Fact]
    public async Task An_external_name_costs_one_query_for_each_type_and_four_with_the_opt_out()
    {
        Assert.SkipUnless(Shell.IsInstalled("dnsmasq"), "dnsmasq is not installed (dnsmasq-base)");
        DnsLab.RequireDig();
        var node = await dns.FieldAsync("pod", "client", ".spec.nodeName");
        var server = await dns.FieldAsync("node", "node1", ".status.addresses[?(@.type==\"InternalIP\")].address");
        server = server.Split(' ')[0];
        using var others = dns.Lab.StartWeft(
            "node", "exec", "node1", "--", "dnsmasq", "-d", "--conf-file=/dev/null", "--pid-file=", "--no-resolv", "--no-hosts", "--port=5354",
            $"--listen-address={server}", "--bind-interfaces", $"--host-record={Name},{Address},2001:db8::80", "--local=/#/");
        try
        {
            await SetAsync($"\"{server}:5354\"");
            await dns.UntilAsync("client", Name, Address);
            await CountAsync(node, "add table inet test-count; add chain inet test-count queries { type filter hook prerouting priority -400; }; add rule inet test-count queries udp dport 53 counter");
            await CostsAsync(node, 2);
            await AnnotateAsync($"{Annotation}=off");
            await CostsAsync(node, 8);
            await AnnotateAsync($"{Annotation}-");
            await CostsAsync(node, 2);
        }
        finally
        {
            await AnnotateAsync($"{Annotation}-");
            await dns.Lab.WeftAsync("node", "exec", node, "--", "nft", "delete", "table", "inet", "test-count");
            await SetAsync("null");
            if (!others.HasExited)
                others.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Waits until a lookup of both types costs just so many queries: a busy machine may make a resolver ask twice.</summary>
    private Task CostsAsync(string node, int queries) => Shell.UntilAsync(
        async () =>
        {
            var before = await CountAsync(node, "list table inet test-count");
            var found = (await dns.Lab.WeftAsync("exec", "client", "--", "env", "RES_OPTIONS=timeout:20", "getent", "ahosts", Name)).Output;
            return found.Contains($"{Address} ", StringComparison.Ordinal) && found.Contains("2001:db8::80 ", StringComparison.Ordinal)
                && await CountAsync(node, "list table inet test-count") - before == queries;
        },
        $"a lookup costs {queries} queries");

    private async Task<int> CountAsync(string node, string command)
    {
        var shown = (await dns.Lab.WeftAsync("node", "exec", node, "--", "nft", command)).Succeeded().Output;
        return Packets().Match(shown) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
    }

    private async Task AnnotateAsync(string annotation) => (await dns.Lab.KubectlAsync("annotate", "pod", "client", "--overwrite", annotation)).Succeeded();

    private async Task SetAsync(string value) =>
        (await dns.Lab.KubectlAsync("patch", "configmap", "weft-config", "-n", "kube-system", "--type", "merge", "-p", $$$"""{"data":{"dns-upstreams":{{{value}}}}}""")).Succeeded();

    [GeneratedRegex("packets ([0-9]+)")]
    private static partial Regex Packets();
}
