using Weft.EndToEnd.Support;

namespace Weft.EndToEnd.Dns;

/// <summary>One running lab of both families with <c>examples/dns</c>, for all tests of names.</summary>
public sealed class DnsLab : IAsyncLifetime
{
    /// <summary>Addresses at which every node answers: node-local ones and the cluster IPs of kube-dns.</summary>
    public static readonly string[] Servers = ["169.254.20.10", "fd00:169:254:20::10", "10.96.0.10", "fd00:10:96::a"];

    public TestLab Lab { get; } = new();

    public async ValueTask InitializeAsync()
    {
        (await Lab.WeftAsync("up", "examples/dns", "--ip-family", "dual")).Succeeded();
        foreach (var pod in new[] { "client", "on-node" })
            await Shell.UntilAsync(async () => (await Lab.WeftAsync("exec", pod, "--", "getent", "hosts", "kubernetes")).ExitCode == 0, $"names for {pod}");
    }

    public ValueTask DisposeAsync() => Lab.DisposeAsync();

    /// <summary>What a command in a pod prints.</summary>
    public async Task<string> InPodAsync(string pod, params string[] command) => (await Lab.WeftAsync(["exec", pod, "--", .. command])).Succeeded().Output;

    /// <summary>The lines of <c>dig +short</c> in a pod, sorted; a server that does not answer fails the test.</summary>
    public async Task<string[]> DigAsync(string pod, params string[] query) => Lines(await InPodAsync(pod, ["dig", "+short", "+time=6", .. query]));

    /// <summary>The same in a node.</summary>
    public async Task<string[]> DigOnNodeAsync(string node, params string[] query) =>
        Lines((await Lab.WeftAsync(["node", "exec", node, "--", "dig", "+short", "+time=6", .. query])).Succeeded().Output);

    /// <summary>Waits until a name leads to just these, asked of a pod's own server.</summary>
    public Task UntilAsync(string pod, string name, params string[] wanted) => Shell.UntilAsync(
        async () => await Lab.WeftAsync("exec", pod, "--", "dig", "+short", "+time=2", "+tries=1", name) is { ExitCode: 0 } asked && Lines(asked.Output).SequenceEqual(wanted.Order(StringComparer.Ordinal)),
        $"{name} leads to {string.Join(' ', wanted)} for {pod}");

    /// <summary>A field of an object.</summary>
    public async Task<string> FieldAsync(string kind, string name, string path, string space = "default") =>
        (await Lab.KubectlAsync("get", kind, name, "-n", space, "-o", $"jsonpath={{{path}}}")).Succeeded().Output;

    public static void RequireDig() => Assert.SkipUnless(Shell.IsInstalled("dig"), "dig is not installed (bind9-dnsutils)");

    // Dig remarks on tries that were in vain, behind semicolons.
    private static string[] Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith(';')).Order(StringComparer.Ordinal)];
}

/// <summary>Tests that share the lab.</summary>
[CollectionDefinition(Name)]
public sealed class DnsCollection : ICollectionFixture<DnsLab>
{
    public const string Name = "dns lab";
}
