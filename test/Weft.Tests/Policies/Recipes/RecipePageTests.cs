namespace Weft.Tests.Policies.Recipes;

/// <summary>docs/policy-recipes.md shows the recipes of examples/policies/recipes, each as it is there.</summary>
public sealed class RecipePageTests
{
    private static readonly string Folder = Checkout.Path("examples", "policies", "recipes");

    /// <summary>The folders of all recipes.</summary>
    public static IEnumerable<string> Recipes => Directory.EnumerateDirectories(Folder).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    [Fact]
    public void Every_recipe_stands_on_the_page_with_the_manifest_that_is_tested()
    {
        var page = File.ReadAllText(Checkout.Path("docs", "policy-recipes.md"));
        Assert.True(Recipes.Count() >= 20);
        foreach (var recipe in Recipes)
        {
            Assert.Contains($"| [{recipe}](#", page, StringComparison.Ordinal);
            Assert.Contains($"```yaml\n{File.ReadAllText(Path.Join(Folder, recipe, "policy.yaml"))}```", page, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Join(Folder, recipe, "expected.yaml")), $"{recipe} says nothing of who is to reach whom");
        }
    }

    [Fact]
    public void Links_of_the_page_lead_to_its_sections()
    {
        var lines = File.ReadAllLines(Checkout.Path("docs", "policy-recipes.md"));
        var sections = lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => Anchor(line[3..])).ToList();
        var links = lines.Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line.Contains("](#", StringComparison.Ordinal)).Select(line => line.Split("](#")[1].Split(')')[0]);
        Assert.Equal(sections, links);
    }

    private static string Anchor(string title) =>
        new([.. title.ToLowerInvariant().Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is ' ' or '-').Select(letter => letter == ' ' ? '-' : letter)]);
}
