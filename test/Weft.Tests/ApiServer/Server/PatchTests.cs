using System.Text.Json.Nodes;
using Weft.ApiServer.Writes;
using static Weft.Tests.ApiServer.Server.Samples;

namespace Weft.Tests.ApiServer.Server;

public sealed class PatchTests
{
    /// <summary>The table of RFC 7386, appendix A, as far as it is about objects.</summary>
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void Merge_patches_follow_the_rfc(string target, string patch, string result)
    {
        var tree = JsonNode.Parse(target)!.AsObject();
        MergePatch.Apply(tree, JsonNode.Parse(patch)!.AsObject());
        Assert.Equal(result, tree.ToJsonString());
    }

    /// <summary>From RFC 6902, appendix A.</summary>
    [Theory]
    [InlineData("""{"foo":"bar"}""", """[{"op":"add","path":"/baz","value":"qux"}]""", """{"foo":"bar","baz":"qux"}""")]
    [InlineData("""{"foo":["bar","baz"]}""", """[{"op":"add","path":"/foo/1","value":"qux"}]""", """{"foo":["bar","qux","baz"]}""")]
    [InlineData("""{"baz":"qux","foo":"bar"}""", """[{"op":"remove","path":"/baz"}]""", """{"foo":"bar"}""")]
    [InlineData("""{"foo":["bar","qux","baz"]}""", """[{"op":"remove","path":"/foo/1"}]""", """{"foo":["bar","baz"]}""")]
    [InlineData("""{"baz":"qux"}""", """[{"op":"replace","path":"/baz","value":"boo"}]""", """{"baz":"boo"}""")]
    [InlineData("""{"foo":["all","grass","cows","eat"]}""", """[{"op":"move","from":"/foo/1","path":"/foo/3"}]""", """{"foo":["all","cows","eat","grass"]}""")]
    [InlineData("""{"foo":["bar"]}""", """[{"op":"add","path":"/foo/-","value":["abc"]}]""", """{"foo":["bar",["abc"]]}""")]
    [InlineData("""{"/":9,"~1":10}""", """[{"op":"test","path":"/~01","value":10}]""", """{"/":9,"~1":10}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"copy","from":"/a","path":"/c"}]""", """{"a":{"b":1},"c":{"b":1}}""")]
    public void Json_patches_follow_the_rfc(string target, string patch, string result) =>
        Assert.Equal(result, JsonPatch.Apply(JsonNode.Parse(target)!.AsObject(), JsonNode.Parse(patch)!.AsArray()).ToJsonString());

    [Theory]
    [InlineData("""[{"op":"remove","path":"/none"}]""")]
    [InlineData("""[{"op":"add","path":"/none/deep","value":1}]""")]
    [InlineData("""[{"op":"test","path":"/data/key","value":"other"}]""")]
    [InlineData("""[{"op":"jump","path":"/data"}]""")]
    [InlineData("""[{"op":"add","path":"/data"}]""")]
    [InlineData("[7]")]
    public async Task A_json_patch_that_does_not_fit_is_unprocessable(string patch)
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        var answer = await api.SendAsync("PATCH", ConfigMaps + "/a", patch, "application/json-patch+json");
        Assert.Equal((422, "Invalid"), (answer.Code, answer.Reason));
    }

    [Fact]
    public async Task A_strategic_merge_patch_merges_lists_by_key()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(Deployments, Deployment("web"));
        var answer = await api.SendAsync("PATCH", Deployments + "/web",
            """{"spec":{"template":{"spec":{"containers":[{"name":"second","image":"x"}]}}}}""", "application/strategic-merge-patch+json");
        Assert.Equal(2, answer.Body["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_patch_in_an_unknown_form_is_an_unsupported_media_type()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        var answer = await api.SendAsync("PATCH", ConfigMaps + "/a", "{}", "text/plain");
        Assert.Equal((415, "UnsupportedMediaType"), (answer.Code, answer.Reason));
    }

    [Fact]
    public async Task A_patch_with_a_revision_conflicts_once_that_is_old()
    {
        await using var api = await TestApi.StartAsync();
        var revision = (string?)(await api.CreateAsync(ConfigMaps, ConfigMap("a")))["metadata"]!["resourceVersion"];
        await api.MergeAsync(ConfigMaps + "/a", """{"data":{"key":"2"}}""");
        var answer = await api.MergeAsync(ConfigMaps + "/a", $$$"""{"metadata":{"resourceVersion":"{{{revision}}}"},"data":{"key":"3"}}""");
        Assert.Equal((409, "Conflict"), (answer.Code, answer.Reason));
    }

    [Fact]
    public async Task Patches_of_many_clients_at_once_are_all_kept()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => api.MergeAsync(ConfigMaps + "/a", $$$"""{"data":{"k{{{i}}}":"v"}}""")));
        Assert.All(answers, a => Assert.Equal(200, a.Code));
        Assert.Equal(41, (await api.GetAsync(ConfigMaps + "/a")).Body["data"]!.AsObject().Count);
    }

    [Fact]
    public async Task Server_side_apply_creates_updates_and_forgets_what_its_manager_left_out()
    {
        await using var api = await TestApi.StartAsync();
        const string Path = ConfigMaps + "/a?fieldManager=me";
        const string Type = "application/apply-patch+yaml";
        Assert.Equal(201, (await api.SendAsync("PATCH", Path, "apiVersion: v1\nkind: ConfigMap\ndata: {one: '1', two: '2'}", Type)).Code);
        await api.MergeAsync(ConfigMaps + "/a", """{"data":{"other":"3"}}""");
        var applied = await api.SendAsync("PATCH", Path, "apiVersion: v1\nkind: ConfigMap\ndata: {one: '9'}", Type);
        Assert.Equal("""{"one":"9","other":"3"}""", applied.Body["data"]!.ToJsonString());
        Assert.Equal("me", (string?)applied.Body["metadata"]!["managedFields"]![0]!["manager"]);
        Assert.Equal(422, (await api.SendAsync("PATCH", ConfigMaps + "/a", "data: {}", Type)).Code);
    }

    [Fact]
    public async Task Scale_reads_and_writes_replicas()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(Deployments, Deployment("web", 2));
        var scale = (await api.GetAsync(Deployments + "/web/scale")).Body;
        Assert.Equal((2, "app=web"), ((int)scale["spec"]!["replicas"]!, (string?)scale["status"]!["selector"]));
        scale["spec"]!["replicas"] = 5;
        Assert.Equal(200, (await api.PutAsync(Deployments + "/web/scale", scale.ToJsonString())).Code);
        Assert.Equal(409, (await api.PutAsync(Deployments + "/web/scale", scale.ToJsonString())).Code);
        await api.MergeAsync(Deployments + "/web/scale", """{"spec":{"replicas":0}}""");
        Assert.Equal(0, (int)(await api.GetAsync(Deployments + "/web")).Body["spec"]!["replicas"]!);
        Assert.Equal(422, (await api.MergeAsync(Deployments + "/web/scale", """{"spec":{"replicas":-1}}""")).Code);
    }

    [Fact]
    public async Task A_binding_gives_a_pod_its_node_once()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(Pods, Pod("p"));
        const string Binding = """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"kind":"Node","name":"node-1"}}""";
        Assert.Equal(201, (await api.PostAsync(Pods + "/p/binding", Binding)).Code);
        var pod = (await api.GetAsync(Pods + "?fieldSelector=spec.nodeName%3Dnode-1")).Body["items"]![0]!;
        Assert.Equal("PodScheduled", (string?)pod["status"]!["conditions"]![0]!["type"]);
        var again = await api.PostAsync(Pods + "/p/binding", Binding);
        Assert.Equal((409, "Conflict"), (again.Code, again.Reason));
        Assert.Contains("pod p is already assigned to node \"node-1\"", again.Message, StringComparison.Ordinal);
    }
}
