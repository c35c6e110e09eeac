using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>What users get wrong is answered by name, with the way out, and nothing stays behind.</summary>
public sealed class BadInputTests
{
    public static TheoryData<string[], string?, int, string[]> BeforeTheStart => new()
    {
        { ["up", "no-such-file.yaml"], null, 1, ["no-such-file.yaml"] },
        { ["up", "-"], "a: [1, 2", 1, ["standard input"] },
        { ["up", "-"], "just text", 1, ["standard input"] },
        { ["up", "-"], "apiVersion: v1\nkind: Pod\nmetadata: {}\n", 1, ["name"] },
        { ["up", "-"], "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\n", 1, ["ConfigMap twice", "twice"] },
        { ["up", "--nodes", "0"], null, 2, ["--nodes 0"] },
        { ["up", "--nodes", "many"], null, 2, ["many"] },
        { ["up", "--cni", "calico"], null, 2, ["calico"] },
        { ["up", "--pod-cidr", "10.244.0.0/24"], null, 2, ["10.244.0.0/24", "too small", "/23"] },
        { ["up", "--pod-cidr", "10.244.0.1/16"], null, 2, ["host bits", "10.244.0.0/16"] },
        { ["up", "--pod-cidr", "nonsense"], null, 2, ["nonsense"] },
        { ["up", "--pod-cidr", "10.96.0.0/12"], null, 2, ["overlap"] },
        { ["up", "--ip-family", "ipv5"], null, 2, ["ipv5"] },
        { ["up", "--ip-family", "dual", "--pod-cidr", "10.244.0.0/16"], null, 2, ["10.244.0.0/16", "one range of each family"] },
        { ["up", "--ip-family", "ipv4", "--pod-cidr", "fd00::/56"], null, 2, ["fd00::/56", "one IPv4 range"] },
        { ["up", "--pod-cidr", "fd00::/56,fd01::/56"], null, 2, ["fd01::/56"] },
        { ["up", "--ip-family", "ipv6", "--pod-cidr", "fd00:1::/64"], null, 2, ["fd00:1::/64", "too small", "/63"] },
        { ["up", "--service-cidr", "10.0.0.0/8"], null, 2, ["10.0.0.0/8", "too large", "/12"] },
        { ["up", "--zones", "a,,b"], null, 2, ["a,,b", "label"] },
        { ["up", "--zones", "-1"], null, 2, ["-1"] },
        { ["up", "--proxy", "ebpf"], null, 2, ["ebpf"] },
        { ["up", "--publish", "8080"], null, 2, ["8080"] },
        { ["up", "--publish", "99999:web"], null, 2, ["99999"] },
        { ["up", "--wait", "soon"], null, 2, ["soon"] },
        { ["up", "--name", "Not_A_Name"], null, 1, ["Not_A_Name"] },
        { ["up", "--cni-conf", "README.md"], null, 2, ["README.md", "JSON"] },
        { ["up", "--no-such-option"], null, 2, ["--no-such-option"] },
        { ["frobnicate"], null, 2, ["frobnicate"] },
        { ["status"], null, 1, ["no lab 'lab'", "weft up"] },
        { ["exec", "web", "--", "true"], null, 1, ["no running lab 'lab'"] },
        { ["probe", "--port", "70000"], null, 2, ["70000"] },
        { ["kubeconfig"], null, 1, ["no running lab"] },
        { ["node", "run", "--node-name", "x", "--kubeconfig", "/no/such/kubeconfig"], null, 1, ["/no/such/kubeconfig"] },
        { ["cni", "add", "-f", "/no/such.conf", "mypod"], null, 1, ["/no/such.conf"] },
        { ["netns", "delete", "weft-no-such-namespace"], null, 1, ["weft-no-such-namespace"] },
        { ["netns", "exec", "weft-no-such-namespace", "--", "true"], null, 1, ["weft-no-such-namespace", "netns add"] },
    };

    [Theory]
    [MemberData(nameof(BeforeTheStart))]
    public async Task Is_refused_before_anything_starts(string[] arguments, string? input, int exitCode, string[] words)
    {
        await using var lab = new TestLab(ordinaryUser: true);
        var outcome = await lab.FeedWeftAsync(input, arguments);
        Assert.True(outcome.ExitCode == exitCode, $"exit code {outcome.ExitCode}: {outcome.Output}{outcome.Error}");
        Assert.All(words, word => Assert.Contains(word, outcome.Error));
        Assert.DoesNotContain("   at ", outcome.Error);
        Assert.Empty(lab.Leftovers());
        Assert.False(Directory.Exists(Path.Combine(lab.Home, "w")), "a folder is left");
    }

    [Fact]
    public async Task A_host_without_user_namespaces_is_told_which_setting_forbids_them()
    {
        await using var lab = new TestLab();
        var outcome = await Shell.RunAsync(
            [
                "unshare", "--user", "--map-root-user", "--", "sh", "-c",
                "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$0\" up examples/hello", Path.Combine(Shell.Root, "weft"),
            ],
            new Dictionary<string, string> { ["WEFT_HOME"] = Path.Combine(lab.Home, "w") });
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("user.max_user_namespaces is 0", outcome.Error);
        Assert.Contains("sudo", outcome.Error);
        Assert.False(Directory.Exists(Path.Combine(lab.Home, "w")), "a folder is left");
    }

    [Fact]
    public async Task What_the_server_refuses_is_named_and_the_rest_runs()
    {
        const string Manifests = """
            apiVersion: v1
            kind: Pod
            metadata: { name: good }
            spec: { containers: [{ name: web, image: nginx, ports: [{ containerPort: 80 }] }] }
            ---
            apiVersion: example.com/v1
            kind: Unicorn
            metadata: { name: pink }
            ---
            apiVersion: v1
            kind: Pod
            metadata: { name: bad-port }
            spec: { containers: [{ name: web, image: nginx, ports: [{ containerPort: 99999 }] }] }
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: lost, namespace: nowhere }
            """;
        await using var lab = new TestLab(ordinaryUser: true);
        var outcome = await lab.FeedWeftAsync(Manifests, "up", "-");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("Unicorn", outcome.Error);
        Assert.Contains("no matches for kind", outcome.Error);
        Assert.Contains("bad-port", outcome.Error);
        Assert.Contains("99999", outcome.Error);
        Assert.Contains("namespaces \"nowhere\" not found", outcome.Error);
        Assert.Contains("good", (await lab.PodAddressesAsync()).Keys);
    }

    [Theory]
    [InlineData("""{ "cniVersion": "1.0.0", "name": "mine", "plugins": [ { "type": "no-such-plugin" } ] }""", "no-such-plugin")]
    [InlineData("""{ "cniVersion": "9.9.9", "name": "mine", "plugins": [ { "type": "ptp", "ipam": { "type": "host-local", "subnet": "10.244.0.0/24" } } ] }""", "9.9.9")]
    public async Task A_cni_configuration_that_cannot_work_is_named(string configuration, string word)
    {
        await using var lab = new TestLab();
        var file = Path.Combine(lab.Home, "cni.conflist");
        await File.WriteAllTextAsync(file, configuration, TestContext.Current.CancellationToken);
        var outcome = await lab.WeftAsync("up", "examples/hello", "--cni-conf", file, "--wait", "8s");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(word, outcome.Error + outcome.Output + (await lab.KubectlAsync("get", "events", "-A")).Output);
    }

    [Fact]
    public async Task An_exhausted_range_is_named_and_the_pods_that_have_addresses_run()
    {
        await using var lab = new TestLab();
        var file = Path.Combine(lab.Home, "cni.conflist");
        await File.WriteAllTextAsync(
            file,
            """{ "cniVersion": "1.0.0", "name": "tiny", "plugins": [ { "type": "ptp", "ipam": { "type": "host-local", "subnet": "10.244.0.0/30" } } ] }""",
            TestContext.Current.CancellationToken);
        var outcome = await lab.WeftAsync("up", "examples/hello", "--nodes", "1", "--cni-conf", file, "--wait", "8s");
        Assert.Equal(1, outcome.ExitCode);
        var events = (await lab.KubectlAsync("get", "events", "-A")).Output;
        Assert.Contains("FailedCreatePodSandBox", events);
        Assert.Contains("10.244.0.1-10.244.0.2", events);
        Assert.NotEmpty(await lab.PodAddressesAsync());
    }
}
