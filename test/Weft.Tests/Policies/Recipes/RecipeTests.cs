using Weft.Compilers.Offline;
using Weft.Compilers.Policies.Testing;
using Weft.Kubernetes.Client;

namespace Weft.Tests.Policies.Recipes;

/// <summary>Every recipe does what its expectations say, by the rules that nodes would have.</summary>
public sealed class RecipeTests
{
    public static TheoryData<string> Recipes => [.. RecipePageTests.Recipes];

    [Theory, MemberData(nameof(Recipes))]
    public void Expectations_are_met(string recipe)
    {
        string Load(params string[] parts) => File.ReadAllText(Checkout.Path(["examples", "policies", "recipes", .. parts]));
        var manifests = new[] { Load("pods.yaml"), Load(recipe, "policy.yaml") }.SelectMany(text => Manifests.Load(text, recipe));
        var document = Assert.Single(Manifests.Documents(Load(recipe, "expected.yaml"), "expected.yaml"));
        var (test, errors) = PolicyTestReader.Read(document.Root, document.Source, document.Lines.Of);
        Assert.Empty(errors);
        Assert.Equal(["../pods.yaml", "policy.yaml"], test.Manifests);

        var cluster = OfflineCluster.From(manifests.Select(manifest => manifest.Object));
        var tester = new PolicyTester(cluster.Objects, cluster.Pods, test.Expectations);
        Assert.Empty(tester.Problems);
        var planned = test.Expectations.Select(expectation => (expectation, tester.ChecksOf(expectation))).ToList();
        Assert.Empty(planned.SelectMany(item => item.Item2.Problems));
        var report = tester.Run(planned.Select(item => (item.expectation, item.Item2.Checks)));
        Assert.True(report.Failed == 0, new PolicyTestText(_ => null).Of(report, verbose: false));
    }
}
