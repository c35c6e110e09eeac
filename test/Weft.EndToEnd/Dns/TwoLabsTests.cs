using Weft.EndToEnd.Support;

namespace Weft.EndToEnd.Dns;

/// <summary>Another lab on the same machine, with Services of the same names at other addresses.</summary>
[Collection(DnsCollection.Name)]
public sealed class TwoLabsTests(DnsLab dns)
{
    private const string Name = "web.default.svc.cluster.local";

    [Fact]
    public async Task Pods_hear_the_addresses_of_their_own_cluster()
    {
        DnsLab.RequireDig();
        var here = await dns.FieldAsync("service", "web", ".spec.clusterIP");
        var there = here == "10.96.0.77" ? "10.96.0.78" : "10.96.0.77";
        await using var other = new TestLab();
        var manifest = Path.Combine(other.Home, "web.yaml");
        await File.WriteAllTextAsync(
            manifest,
            $$$"""
            {apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {containers: [{name: tools, image: weft/host, command: [sleep, infinity]}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: {{{there}}}, ports: [{port: 80}]}}
            """,
            TestContext.Current.CancellationToken);
        (await other.WeftAsync("up", manifest)).Succeeded();
        await Shell.UntilAsync(async () => await AskAsync(other, Name) == there, "the other lab answers its own address");
        Assert.Equal(here, await AskAsync(dns.Lab, Name));

        (await other.KubectlAsync("delete", "service", "web")).Succeeded();
        await Shell.UntilAsync(async () => await AskAsync(other, Name) == "", "the other lab has the name no more");
        Assert.Equal(here, await AskAsync(dns.Lab, Name));
    }

    /// <summary>The address of a name; null without an answer.</summary>
    private static async Task<string?> AskAsync(TestLab lab, string name) =>
        await lab.WeftAsync("exec", "client", "--", "dig", "+short", "+time=6", name) is { ExitCode: 0 } asked ? asked.Output.Trim() : null;
}
