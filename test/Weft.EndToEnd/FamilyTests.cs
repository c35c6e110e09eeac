using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>Labs of IPv6 alone and of both families, from the underlay to the answers of pods.</summary>
public sealed class FamilyTests
{
    public FamilyTests() => Assert.SkipUnless(Directory.Exists("/proc/sys/net/ipv6"), "this kernel has no IPv6 (CONFIG_IPV6)");

    [Theory]
    [InlineData("ipv6", "ptp", "auto")]
    [InlineData("ipv6", "bridge", "vxlan")]
    [InlineData("dual", "ptp", "vxlan")]
    [InlineData("dual", "bridge", "auto")]
    public async Task Everybody_reaches_everybody_in_every_family(string family, string cni, string overlay)
    {
        await using var lab = new TestLab();
        (await lab.WeftAsync("up", "examples/hello", "--ip-family", family, "--cni", cni, "--overlay", overlay, "--zones", "a,b")).Succeeded();
        var families = family == "dual" ? 2 : 1;

        var pods = await lab.ProbeAsync();
        Assert.Equal(30 * families, pods.GetProperty("total").GetInt32());
        AllReached(pods);
        AllReached(await lab.ProbeAsync("--from", "nodes"));
        AllReached(await lab.ProbeAsync("--to", "node/node1", "--port", "10250"), refusalsCount: true);

        var status = await lab.StatusAsync();
        Assert.All(status["nodes"]!.AsArray(), node => Assert.Equal(families, node!["ips"]!.AsArray().Count));
        Assert.All(status["nodes"]!.AsArray(), node => Assert.Equal(families, node!["podCIDRs"]!.AsArray().Count));
        Assert.All(status["pods"]!.AsArray(), pod => Assert.Equal(families, pod!["ips"]!.AsArray().Count));
        await PodsSeeEachOthersOwnAddress(lab, status);
        await NamesLeadToServices(lab, family);
        await ApiServerTakesTheMainFamily(lab, family);
        Assert.Contains("a b", (await lab.KubectlAsync("get", "nodes", "-o", "jsonpath={.items[*].metadata.labels.topology\\.kubernetes\\.io/zone}")).Succeeded().Output);
    }

    private static void AllReached(JsonElement report, bool refusalsCount = false)
    {
        var missed = report.GetProperty("results").EnumerateArray()
            .Where(result => !result.GetProperty("reached").GetBoolean() && !(refusalsCount && result.GetProperty("error").GetString() == "connection refused"));
        Assert.Empty(missed.Select(result => result.ToString()));
    }

    private static async Task PodsSeeEachOthersOwnAddress(TestLab lab, JsonNode status)
    {
        var pods = status["pods"]!.AsArray();
        var client = pods.First(pod => pod!["name"]!.GetValue<string>() == "client-a")!["ips"]!.AsArray().Select(ip => ip!.GetValue<string>()).First(ip => ip.Contains(':'));
        foreach (var pod in pods.Where(pod => pod!["name"]!.GetValue<string>().StartsWith("web", StringComparison.Ordinal)))
        {
            var address = pod!["ips"]!.AsArray().Select(ip => ip!.GetValue<string>()).First(ip => ip.Contains(':'));
            var answer = JsonNode.Parse((await lab.WeftAsync("exec", "client-a", "--", "curl", "-gsS", "--max-time", "10", $"http://[{address}]/")).Succeeded().Output)!;
            Assert.Equal(client, answer["client"]!.GetValue<string>());
        }
    }

    private static async Task NamesLeadToServices(TestLab lab, string family)
    {
        var address = (await lab.KubectlAsync("get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}")).Succeeded().Output;
        await Shell.UntilAsync(async () => (await lab.WeftAsync("exec", "client-a", "--", "getent", "hosts", "kubernetes")).Output.StartsWith($"{address} ", StringComparison.Ordinal), $"kubernetes leads to {address}");
        Assert.Contains(family == "ipv6" ? "nameserver fd00:169:254:20::10\n" : "nameserver 169.254.20.10\n", (await lab.WeftAsync("exec", "client-a", "--", "cat", "/etc/resolv.conf")).Succeeded().Output);
    }

    private static async Task ApiServerTakesTheMainFamily(TestLab lab, string family)
    {
        var address = (await lab.KubectlAsync("get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}")).Succeeded().Output;
        Assert.Equal(family == "ipv6", address.Contains(':'));
        var slice = (await lab.KubectlAsync("get", "endpointslice", "kubernetes", "-o", "jsonpath={.addressType}")).Succeeded().Output;
        Assert.Equal(family == "ipv6" ? "IPv6" : "IPv4", slice);
        Assert.NotEmpty((await lab.KubectlAsync("exec", "client-a", "--", "cat", "/etc/hosts")).Succeeded().Output);
    }
}
