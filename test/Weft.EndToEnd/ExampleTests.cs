using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>The examples in C#, run as their READMEs say, inside namespaces of their own.</summary>
public sealed class ExampleTests
{
    [Theory]
    [InlineData("netns", "lo")]
    [InlineData("nftables", "table")]
    public async Task Runs_and_prints_what_it_shows(string example, string word)
    {
        var program = Path.Combine(Shell.Root, "artifacts", "bin", example, "debug", $"{example}.dll");
        Assert.SkipUnless(File.Exists(program), $"{program} is not built: ./test.sh builds the solution");
        var outcome = await Shell.RunAsync(
        [
            "unshare", "--user", "--map-root-user", "--net", "--mount", "--", "sh", "-c",
            "mount -t tmpfs tmpfs /run && exec dotnet \"$0\"", program,
        ]);
        Assert.Contains(word, outcome.Succeeded().Output);
    }

    [Fact]
    public async Task The_seeds_objects_are_taken_by_the_api_server()
    {
        await using var lab = new TestLab();
        (await lab.WeftAsync("up", "--nodes", "1", "examples/seed/service.yaml", "examples/seed/networkpolicy.yaml")).Succeeded();
        Assert.Contains("my-service", (await lab.KubectlAsync("get", "services", "-o", "name")).Succeeded().Output);
        Assert.Contains("test-network-policy", (await lab.KubectlAsync("get", "networkpolicies", "-o", "name")).Succeeded().Output);
    }
}
