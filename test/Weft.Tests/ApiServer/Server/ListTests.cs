using System.Text.Json.Nodes;
using static Weft.Tests.ApiServer.Server.Samples;

namespace Weft.Tests.ApiServer.Server;

public sealed class ListTests
{
    [Fact]
    public async Task Pages_show_one_moment_whatever_is_written_between_them()
    {
        await using var api = await TestApi.StartAsync();
        foreach (var name in (string[])["a", "b", "c", "d", "e"])
            await api.CreateAsync(ConfigMaps, ConfigMap(name));
        var first = await api.GetAsync(ConfigMaps + "?limit=2");
        Assert.Equal("a b", string.Join(" ", Names(first)));
        Assert.Equal(3, (int)first.Body["metadata"]!["remainingItemCount"]!);
        await api.DeleteAsync(ConfigMaps + "/d");
        await api.CreateAsync(ConfigMaps, ConfigMap("bb"));
        var second = await api.GetAsync($"{ConfigMaps}?limit=2&continue={(string?)first.Body["metadata"]!["continue"]}");
        var third = await api.GetAsync($"{ConfigMaps}?limit=2&continue={(string?)second.Body["metadata"]!["continue"]}");
        Assert.Equal("c d e", string.Join(" ", [.. Names(second), .. Names(third)]));
        Assert.Equal(first.Revision, third.Revision);
        Assert.Null(third.Body["metadata"]!["continue"]);
    }

    [Theory]
    [InlineData("?continue=garbage", 400)]
    [InlineData("?continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJkZWZhdWx0L2EifQ", 410)]
    [InlineData("?labelSelector=a%20b", 400)]
    [InlineData("?fieldSelector=spec.none%3D1", 400)]
    [InlineData("?resourceVersion=x", 422)]
    [InlineData("?resourceVersion=99999", 504)]
    [InlineData("?resourceVersionMatch=Exact", 422)]
    [InlineData("?sendInitialEvents=true", 422)]
    [InlineData("?limit=x", 400)]
    public async Task A_parameter_that_makes_no_sense_is_refused(string query, int code)
    {
        await using var api = await TestApi.StartAsync();
        var answer = await api.GetAsync(Pods + query);
        Assert.Equal((code, "Status"), (answer.Code, (string?)answer.Body["kind"]));
    }

    [Theory]
    [InlineData("labelSelector=app%3Dweb", "a b")]
    [InlineData("labelSelector=app!%3Dweb", "c d")]
    [InlineData("labelSelector=app,tier%20in%20(x,y)", "a c")]
    [InlineData("labelSelector=!app", "d")]
    [InlineData("labelSelector=n%3E3", "b")]
    [InlineData("labelSelector=app%20notin%20(web,api)", "d")]
    [InlineData("fieldSelector=metadata.name%3Da", "a")]
    [InlineData("fieldSelector=metadata.name!%3Da,metadata.namespace%3Ddefault", "b c d")]
    public async Task Selectors_choose_by_labels_and_fields(string query, string expected)
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a", labels: """{"app":"web","tier":"x"}"""));
        await api.CreateAsync(ConfigMaps, ConfigMap("b", labels: """{"app":"web","n":"4"}"""));
        await api.CreateAsync(ConfigMaps, ConfigMap("c", labels: """{"app":"api","tier":"y","n":"2"}"""));
        await api.CreateAsync(ConfigMaps, ConfigMap("d"));
        Assert.Equal(expected, string.Join(' ', Names(await api.GetAsync($"{ConfigMaps}?{query}"))));
    }

    [Fact]
    public async Task A_list_over_all_namespaces_is_ordered_by_namespace_and_name()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync("/api/v1/namespaces/kube-system/configmaps", ConfigMap("a"));
        await api.CreateAsync(ConfigMaps, ConfigMap("b"));
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        var list = await api.GetAsync("/api/v1/configmaps");
        Assert.Equal("ConfigMapList", (string?)list.Body["kind"]);
        Assert.Equal("a b a", string.Join(" ", Names(list)));
    }

    [Fact]
    public async Task A_table_has_the_columns_and_cells_that_kubectl_shows()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(Pods, Pod("p", "node-1"));
        await api.MergeAsync(Pods + "/p/status", """
            {"status":{"phase":"Running","podIP":"10.0.0.2","podIPs":[{"ip":"10.0.0.2"}],
             "containerStatuses":[{"name":"c","ready":true,"restartCount":2,"state":{"running":{}},"image":"x","imageID":""}]}}
            """);
        var table = (await api.GetAsync(Pods, TestApi.Table)).Body;
        Assert.Equal(
            ["Name", "Ready", "Status", "Restarts", "Age", "IP", "Node", "Nominated Node", "Readiness Gates"],
            table["columnDefinitions"]!.AsArray().Select(c => (string?)c!["name"]));
        var row = table["rows"]![0]!;
        Assert.Equal(["p", "1/1", "Running", "2", "10.0.0.2", "node-1"], Cells(row, 0, 1, 2, 3, 5, 6));
        Assert.Equal("PartialObjectMetadata", (string?)row["object"]!["kind"]);
    }

    [Fact]
    public async Task Metadata_alone_can_be_asked_for()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        var list = (await api.GetAsync(ConfigMaps, "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")).Body;
        Assert.Equal("PartialObjectMetadataList", (string?)list["kind"]);
        Assert.Null(list["items"]![0]!["data"]);
        Assert.Equal(406, (await api.GetAsync(ConfigMaps, "application/cbor")).Code);
    }

    private static IEnumerable<string?> Names(Answer list) => list.Body["items"]!.AsArray().Select(i => (string?)i!["metadata"]!["name"]);

    private static IEnumerable<string?> Cells(JsonNode row, params int[] columns) => columns.Select(c => row["cells"]![c]!.ToString());
}
