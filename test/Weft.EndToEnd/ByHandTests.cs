using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>Namespaces and plugins by hand, as an ordinary user: the first example of the seed and its CNI file.</summary>
public sealed class ByHandTests
{
    [Fact]
    public async Task A_namespace_is_made_entered_listed_and_deleted()
    {
        await using var user = new TestLab(ordinaryUser: true);
        (await user.WeftAsync("netns", "add", "mypod")).Succeeded();
        Assert.Contains("lo: <LOOPBACK", (await user.WeftAsync("netns", "exec", "mypod", "--", "ip", "addr")).Succeeded().Output);
        Assert.Equal("mypod\n", (await user.WeftAsync("netns", "list")).Succeeded().Output);
        var twice = await user.WeftAsync("netns", "add", "mypod");
        Assert.Equal(1, twice.ExitCode);
        Assert.Contains("'mypod' exists already", twice.Error);
        (await user.WeftAsync("netns", "delete", "mypod")).Succeeded();
        Assert.Empty(user.Leftovers());
    }

    [Fact]
    public async Task The_seeds_configuration_attaches_a_pod_and_masquerades()
    {
        await using var user = new TestLab(ordinaryUser: true);
        const string Conf = "examples/seed/10-mynet.conf";
        (await user.WeftAsync("netns", "add", "mypod")).Succeeded();
        (await user.WeftAsync("netns", "add", "outside")).Succeeded();
        var result = (await user.WeftAsync("cni", "add", "-f", Conf, "mypod")).Succeeded().Output;
        Assert.Contains("10.22.0.", result);
        (await user.WeftAsync("cni", "check", "-f", Conf, "mypod")).Succeeded();
        var routes = (await user.WeftAsync("netns", "exec", "mypod", "--", "ip", "route")).Succeeded().Output;
        Assert.Contains("default via 10.22.0.1", routes);

        (await user.WeftAsync("cni", "del", "-f", Conf, "mypod")).Succeeded();
        Assert.DoesNotContain("eth0", (await user.WeftAsync("netns", "exec", "mypod", "--", "ip", "addr")).Succeeded().Output);
        (await user.WeftAsync("cni", "del", "-f", Conf, "mypod")).Succeeded();
        (await user.WeftAsync("netns", "delete", "mypod")).Succeeded();
        (await user.WeftAsync("netns", "delete", "outside")).Succeeded();
        Assert.Empty(user.Leftovers());
    }

    [Fact]
    public async Task Every_verb_of_the_help_has_help_with_an_example()
    {
        await using var user = new TestLab(ordinaryUser: true);
        var verbs = await VerbsAsync(user, []);
        foreach (var known in new[] { "up", "node run", "netns del", "policy test", "dns query", "bench services" })
            Assert.Contains(known, verbs);
    }

    [Fact]
    public async Task Every_plugin_has_its_entry_in_the_plugin_folder()
    {
        await using var user = new TestLab(ordinaryUser: true);
        var folder = (await user.WeftAsync("cni", "bin-dir")).Succeeded().Output.Trim();
        foreach (var plugin in new[] { "bridge", "ptp", "host-local", "loopback" })
        {
            var version = await Shell.RunAsync([Path.Combine(folder, plugin)], new Dictionary<string, string> { ["CNI_COMMAND"] = "VERSION" }, """{"cniVersion":"1.0.0"}""");
            Assert.Contains("\"1.1.0\"", version.Succeeded().Output);
        }
    }

    /// <summary>The verbs below one that have none below them; each is held to an example.</summary>
    private static async Task<List<string>> VerbsAsync(TestLab user, string[] path)
    {
        var help = (await user.WeftAsync([.. path, "--help"])).Succeeded().Output;
        var below = help.Split("Commands:\n") is [_, var list] ? list.Split('\n').Where(line => line.Length > 2 && line[2] != ' ').Select(line => line.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)[0]).ToList() : [];
        if (below.Count == 0)
        {
            Assert.True(help.Contains("Example", StringComparison.Ordinal), $"weft {string.Join(' ', path)} --help shows no example");
            return [string.Join(' ', path)];
        }

        var verbs = new List<string>();
        foreach (var verb in below)
            verbs.AddRange(await VerbsAsync(user, [.. path, verb]));
        return verbs;
    }
}
