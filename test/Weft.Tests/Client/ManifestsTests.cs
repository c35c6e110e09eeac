using System.Text.Json.Nodes;
using Weft.Kubernetes.Client;

namespace Weft.Tests.Client;

public sealed class ManifestsTests
{
    private const string Head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

    [Fact]
    public void Documents_keep_their_order_and_line()
    {
        var manifests = Manifests.Load("# only a comment\n---\n" + Head + "---\n---\n" + Head.Replace("a}", "b}"), "x.yaml");
        Assert.Equal(["ConfigMap a (x.yaml:3)", "ConfigMap b (x.yaml:8)"], manifests.Select(manifest => manifest.ToString()));
    }

    [Fact]
    public void A_list_is_taken_apart()
    {
        var text = """{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}},{"apiVersion":"v1","kind":"Pod","metadata":{"generateName":"q-"}}]}""";
        Assert.Equal(["p", "q-"], Manifests.Load(text).Select(manifest => manifest.Name));
    }

    [Theory]
    [InlineData("yes", "true")]
    [InlineData("n", "false")]
    [InlineData("Off", "false")]
    [InlineData("\"yes\"", "\"yes\"")]
    [InlineData("'1'", "\"1\"")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("\"\"", "\"\"")]
    [InlineData("12", "12")]
    [InlineData("+12", "12")]
    [InlineData("-0x1F", "-31")]
    [InlineData("0644", "420")]
    [InlineData("0o17", "15")]
    [InlineData("08", "8")]
    [InlineData("0b101", "5")]
    [InlineData("1_000", "1000")]
    [InlineData("1e3", "1000")]
    [InlineData("1.50", "1.5")]
    [InlineData(".5", "0.5")]
    [InlineData("100m", "\"100m\"")]
    [InlineData("1.2.3.4", "\"1.2.3.4\"")]
    [InlineData("10.0.0.0/8", "\"10.0.0.0/8\"")]
    [InlineData("2001-01-01", "\"2001-01-01\"")]
    [InlineData("12:30", "\"12:30\"")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("!!str 1", "\"1\"")]
    [InlineData("!!int '1'", "1")]
    [InlineData("|\n    a\n    b", "\"a\\nb\\n\"")]
    [InlineData(">-\n    a\n    b", "\"a b\"")]
    public void Scalars_mean_what_they_mean_to_kubectl(string yaml, string json)
    {
        var value = Manifests.Load(Head + $"data:\n  x: {yaml}\n")[0].Object["data"]!["x"];
        Assert.Equal(json, value?.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? "null");
    }

    [Fact]
    public void Anchors_and_merge_keys_are_expanded()
    {
        var obj = Manifests.Load(Head + "x: &x {a: 1, b: 2}\nv: *x\nz: {<<: *x, b: 3}\nw: {<<: [*x, {c: 4}]}\n")[0].Object;
        Assert.Equal("""{"a":1,"b":2}""", obj["v"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(obj["z"], JsonNode.Parse("""{"a":1,"b":3}""")));
        Assert.True(JsonNode.DeepEquals(obj["w"], JsonNode.Parse("""{"a":1,"b":2,"c":4}""")));
    }

    [Fact]
    public void Keys_that_look_like_numbers_or_booleans_become_text()
    {
        var data = Manifests.Load(Head + "data: {80: a, yes: b, 1.5: c}\n")[0].Object["data"]!;
        Assert.Equal("""{"80":"a","true":"b","1.5":"c"}""", data.ToJsonString());
    }

    [Theory]
    [InlineData("a: [1, 2\nb: 3\n", "m:1:")]
    [InlineData("a: b: c\n", "m:1:")]
    [InlineData("\ta: 1\n", "m:1:")]
    [InlineData("a: 1\na: 2\n", "m:2:1: key \"a\" already set in map")]
    [InlineData("a: *nowhere\n", "m:1:4: unknown anchor 'nowhere' referenced")]
    [InlineData("a: .inf\n", "m:1:4: '.inf' has no JSON form")]
    [InlineData("just text\n", "m:1: document 1 is not a Kubernetes object but the value \"just text\"")]
    [InlineData("- 1\n", "m:1: document 1 is not a Kubernetes object but a list")]
    [InlineData("apiVersion: v1\nmetadata: {name: x}\n", "m:1: document 1: 'kind' not set")]
    [InlineData("kind: Pod\nmetadata: {name: x}\n", "m:1: document 1: 'apiVersion' not set")]
    [InlineData("apiVersion: v1\nkind: Pod\n", "m:1: document 1: Pod has no metadata")]
    [InlineData("apiVersion: v1\nkind: Pod\nmetadata: {}\n", "m:1: document 1: Pod has no metadata.name")]
    [InlineData("apiVersion: v1\nkind: Pod\nmetadata: {name: 1}\n", "m:1: document 1: metadata.name of Pod must be a string, not 1; put it in quotes")]
    public void What_is_wrong_is_said_with_its_place(string text, string message)
    {
        var error = Assert.Throws<ManifestException>(() => Manifests.Load(text, "m"));
        Assert.StartsWith(message, error.Message);
    }

    [Fact]
    public void Aliases_of_aliases_do_not_fill_the_memory()
    {
        var bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 9).Select(i =>
            $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));
        var error = Assert.Throws<ManifestException>(() => Manifests.Load(bomb));
        Assert.Contains("excessive aliasing", error.Message);
    }

    [Fact]
    public void A_directory_is_read_in_the_order_of_names_and_a_missing_file_is_named()
    {
        var directory = Directory.CreateTempSubdirectory("weft-manifests");
        try
        {
            File.WriteAllText(Path.Combine(directory.FullName, "b.yaml"), Head);
            File.WriteAllText(Path.Combine(directory.FullName, "a.json"), """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}""");
            File.WriteAllText(Path.Combine(directory.FullName, "README.md"), "no manifest");
            Assert.Equal(["p", "a"], Manifests.LoadPath(directory.FullName).Select(manifest => manifest.Name));
            Assert.Contains("nowhere.yaml", Assert.Throws<ManifestException>(() => Manifests.LoadPath("nowhere.yaml")).Message);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
