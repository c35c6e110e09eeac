using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>Every pod reaches every pod, every node every pod and every pod every node, without NAT; outside sees the node.</summary>
public sealed class NetworkModelTests
{
    private const string Outside = "172.30.0.1";

    public static TheoryData<string, string, bool> Shapes => new()
    {
        { "ptp", "direct", false },
        { "bridge", "direct", false },
        { "ptp", "vxlan", true },
        { "bridge", "vxlan", false },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task The_model_holds(string cni, string overlay, bool ordinaryUser)
    {
        await using var lab = new TestLab(ordinaryUser);
        (await lab.WeftAsync("up", "examples/hello", "--cni", cni, "--overlay", overlay)).Succeeded();

        var pods = await lab.ProbeAsync();
        Assert.True(pods.GetProperty("total").GetInt32() >= 30);
        Assert.Equal(pods.GetProperty("total").GetInt32(), pods.GetProperty("reached").GetInt32());
        var nodes = await lab.ProbeAsync("--from", "nodes");
        Assert.Equal(nodes.GetProperty("total").GetInt32(), nodes.GetProperty("reached").GetInt32());

        await PodsSeeEachOthersOwnAddress(lab);
        await PodsReachNodesWithTheirOwnAddress(lab);
        await OutsideSeesTheNode(lab);
        await ForgedAddressesAreDropped(lab);
        (await lab.WeftAsync("down")).Succeeded();
        Assert.Empty(lab.Leftovers());
    }

    private static async Task PodsSeeEachOthersOwnAddress(TestLab lab)
    {
        var addresses = await lab.PodAddressesAsync();
        foreach (var (name, address) in addresses.Where(pod => pod.Key != "client-a"))
        {
            if (name.StartsWith("db", StringComparison.Ordinal))
                continue;
            var answer = (await lab.WeftAsync("exec", "client-a", "--", "curl", "-sS", "--max-time", "10", $"http://{address}/")).Succeeded().Output;
            Assert.Contains($"\"client\":\"{addresses["client-a"]}", answer.Replace(" ", ""));
        }
    }

    private static async Task PodsReachNodesWithTheirOwnAddress(TestLab lab)
    {
        var client = (await lab.PodAddressesAsync())["client-a"];
        foreach (var node in (await lab.StatusAsync())["nodes"]!.AsArray())
        {
            var seen = await Listener.SourceSeenAsync(lab, ["node", "exec", node!["name"]!.GetValue<string>(), "--"], node["ip"]!.GetValue<string>());
            Assert.Equal(client, seen);
        }
    }

    private static async Task OutsideSeesTheNode(TestLab lab)
    {
        var status = await lab.StatusAsync();
        var node = status["pods"]!.AsArray().First(pod => pod!["name"]!.GetValue<string>() == "client-a")!["node"]!.GetValue<string>();
        var address = status["nodes"]!.AsArray().First(n => n!["name"]!.GetValue<string>() == node)!["ip"]!.GetValue<string>();
        Assert.Equal(address, await Listener.SourceSeenAsync(lab, ["node", "exec", "underlay", "--"], Outside));
    }

    private static async Task ForgedAddressesAreDropped(TestLab lab)
    {
        var status = await lab.StatusAsync();
        var pods = status["pods"]!.AsArray();
        var client = pods.First(pod => pod!["name"]!.GetValue<string>() == "client-a")!;
        var neighbour = pods.First(pod => pod!["node"]!.GetValue<string>() == client["node"]!.GetValue<string>() && pod["name"]!.GetValue<string>() != "client-a")!;
        var target = pods.First(pod => pod!["node"]!.GetValue<string>() != client["node"]!.GetValue<string>())!["ip"]!.GetValue<string>();
        var node = status["nodes"]!.AsArray().First(n => n!["name"]!.GetValue<string>() == client["node"]!.GetValue<string>())!["ip"]!.GetValue<string>();
        foreach (var forged in new[] { neighbour["ip"]!.GetValue<string>(), node, "10.99.0.1" })
        {
            var script = $"ip addr add {forged}/32 dev eth0 && ping -c 2 -i 0.2 -W 1 -I {forged} {target}; ip addr del {forged}/32 dev eth0";
            var outcome = (await lab.WeftAsync("exec", "client-a", "--", "sh", "-c", script)).Succeeded();
            Assert.Contains(" 0 received", outcome.Output);
        }

        Assert.Contains(" 2 received", (await lab.WeftAsync("exec", "client-a", "--", "ping", "-c", "2", "-i", "0.2", "-W", "2", target)).Output);
    }
}
