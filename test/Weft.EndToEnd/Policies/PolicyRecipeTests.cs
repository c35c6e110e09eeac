using Weft.EndToEnd.Support;

namespace Weft.EndToEnd.Policies;

/// <summary>The recipes of docs/policy-recipes.md, one after the other in one lab, held to their expectations by packets.</summary>
public sealed class PolicyRecipeTests
{
    private static readonly string Folder = Path.Join("examples", "policies", "recipes");

    [Fact]
    public async Task Every_recipe_does_in_a_lab_what_it_says()
    {
        await using var lab = new TestLab();
        (await lab.WeftAsync("up", Path.Join(Folder, "pods.yaml"), "--nodes", "2")).Succeeded();
        foreach (var recipe in Directory.EnumerateDirectories(Path.Join(Shell.Root, Folder)).Order(StringComparer.Ordinal))
        {
            var (policy, expected) = (Path.Join(recipe, "policy.yaml"), Path.Join(recipe, "expected.yaml"));
            (await lab.KubectlAsync("apply", "-f", policy)).Succeeded();
            if ((await File.ReadAllTextAsync(policy)).Contains("kind: Pod\n", StringComparison.Ordinal))
                (await lab.KubectlAsync("wait", "--for=condition=Ready", "pod", "--all", "-A", "--timeout=170s")).Succeeded();
            var last = new Outcome(0, "", "");
            try
            {
                await Shell.UntilAsync(async () => (last = await lab.WeftAsync("policy", "test", expected, "--lab")).ExitCode == 0, Path.GetFileName(recipe));
            }
            catch (Xunit.Sdk.XunitException failure)
            {
                Assert.Fail($"{failure.Message}\n{last.Output}{last.Error}");
            }

            (await lab.KubectlAsync("delete", "-f", policy)).Succeeded();
        }
    }
}
