using System.Text.Json.Nodes;
using static Weft.Tests.ApiServer.Server.Samples;

namespace Weft.Tests.ApiServer.Server;

public sealed class WatchTests
{
    private const string Watch = ConfigMaps + "?watch=1";

    [Fact]
    public async Task A_watch_without_revision_starts_with_what_is_there()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        using var watch = await api.WatchAsync(Watch);
        Assert.Equal("ADDED a", await watch.NextTextAsync());
        await api.CreateAsync(ConfigMaps, ConfigMap("b"));
        Assert.Equal("ADDED b", await watch.NextTextAsync());
        await api.MergeAsync(ConfigMaps + "/a", """{"data":{"key":"2"}}""");
        Assert.Equal("MODIFIED a", await watch.NextTextAsync());
        await api.DeleteAsync(ConfigMaps + "/a");
        var (type, obj) = (await watch.NextAsync())!.Value;
        Assert.Equal(("DELETED", "2"), (type, (string?)obj["data"]!["key"]));
    }

    [Fact]
    public async Task A_watch_from_a_revision_repeats_nothing_and_misses_nothing()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        var revision = (await api.GetAsync(ConfigMaps)).Revision;
        await api.CreateAsync(ConfigMaps, ConfigMap("b"));
        using var watch = await api.WatchAsync($"{Watch}&resourceVersion={revision}");
        Assert.Equal("ADDED b", await watch.NextTextAsync());
    }

    [Fact]
    public async Task An_object_enters_and_leaves_a_selection()
    {
        await using var api = await TestApi.StartAsync();
        using var watch = await api.WatchAsync(Watch + "&labelSelector=on%3Dyes");
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        await api.MergeAsync(ConfigMaps + "/a", """{"metadata":{"labels":{"on":"yes"}}}""");
        Assert.Equal("ADDED a", await watch.NextTextAsync());
        var left = await api.MergeAsync(ConfigMaps + "/a", """{"metadata":{"labels":{"on":"no"}}}""");
        var (type, obj) = (await watch.NextAsync())!.Value;
        Assert.Equal(("DELETED", "yes"), (type, (string?)obj["metadata"]!["labels"]!["on"]));
        Assert.Equal(left.Revision, (string?)obj["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task A_revision_that_is_forgotten_expires()
    {
        await using var api = await TestApi.StartAsync(options => options with { WatchHistory = 5 });
        var revision = (await api.GetAsync(ConfigMaps)).Revision;
        for (var i = 0; i < 7; i++)
            await api.CreateAsync(ConfigMaps, ConfigMap($"a{i}"));
        using var watch = await api.WatchAsync($"{Watch}&resourceVersion={revision}");
        var (type, status) = (await watch.NextAsync())!.Value;
        Assert.Equal(("ERROR", 410, "Expired"), (type, (int)status["code"]!, (string?)status["reason"]));
        Assert.StartsWith("too old resource version: ", (string?)status["message"], StringComparison.Ordinal);
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task Initial_events_end_with_a_bookmark_that_says_so()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        using var watch = await api.WatchAsync(Watch + "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        Assert.Equal("ADDED a", await watch.NextTextAsync());
        var (type, obj) = (await watch.NextAsync())!.Value;
        Assert.Equal(("BOOKMARK", "true"), (type, (string?)obj["metadata"]!["annotations"]!["k8s.io/initial-events-end"]));
    }

    [Fact]
    public async Task Bookmarks_move_a_quiet_watch_along()
    {
        await using var api = await TestApi.StartAsync(options => options with { BookmarkInterval = TimeSpan.FromMilliseconds(100) });
        using var watch = await api.WatchAsync(Watch + "&allowWatchBookmarks=true&labelSelector=none");
        var created = await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        JsonNode bookmark;
        do
            bookmark = (await watch.NextAsync())!.Value.Object;
        while (int.Parse((string)bookmark["metadata"]!["resourceVersion"]!) < int.Parse((string)created["metadata"]!["resourceVersion"]!));
        Assert.Equal("ConfigMap", (string?)bookmark["kind"]);
    }

    [Fact]
    public async Task A_watch_ends_when_its_time_is_over()
    {
        await using var api = await TestApi.StartAsync();
        using var watch = await api.WatchAsync(Watch + "&timeoutSeconds=1");
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task Stopping_the_server_ends_its_watches()
    {
        var api = await TestApi.StartAsync();
        using var watch = await api.WatchAsync(Watch);
        var stop = api.Host.DisposeAsync().AsTask();
        Assert.Null(await watch.NextAsync());
        await stop.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_table_watch_names_its_columns_once()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        await api.CreateAsync(ConfigMaps, ConfigMap("b"));
        using var watch = await api.WatchAsync(Watch, TestApi.Table);
        Assert.NotEmpty((await watch.NextAsync())!.Value.Object["columnDefinitions"]!.AsArray());
        Assert.Empty((await watch.NextAsync())!.Value.Object["columnDefinitions"]!.AsArray());
    }

    /// <summary>Any number of writers, and clients that list and then watch at any moment: all end with the server's state.</summary>
    [Fact]
    public async Task A_client_that_lists_and_then_watches_ends_with_the_servers_state()
    {
        await using var api = await TestApi.StartAsync();
        var writers = Enumerable.Range(0, 4).Select(seed => WriteAsync(api, new Random(seed))).ToArray();
        var clients = Enumerable.Range(0, 6).Select(i => FollowAsync(api, delay: i * 15)).ToArray();
        await Task.WhenAll(writers);
        await api.CreateAsync(ConfigMaps, ConfigMap("zz-end"));
        var expected = State((await api.GetAsync(ConfigMaps)).Body["items"]!.AsArray());
        foreach (var seen in await Task.WhenAll(clients))
            Assert.Equal(expected, seen);
    }

    private static async Task WriteAsync(TestApi api, Random random)
    {
        for (var i = 0; i < 60; i++)
        {
            var name = $"o{random.Next(8)}";
            _ = random.Next(3) switch
            {
                0 => await api.PostAsync(ConfigMaps, ConfigMap(name, $"{i}")),
                1 => await api.MergeAsync($"{ConfigMaps}/{name}", $$$"""{"data":{"key":"{{{random.Next()}}}"}}"""),
                _ => await api.DeleteAsync($"{ConfigMaps}/{name}"),
            };
        }
    }

    private static async Task<SortedDictionary<string, string>> FollowAsync(TestApi api, int delay)
    {
        await Task.Delay(delay);
        var list = await api.GetAsync(ConfigMaps);
        var state = State(list.Body["items"]!.AsArray());
        using var watch = await api.WatchAsync($"{Watch}&resourceVersion={list.Revision}");
        var last = ulong.Parse(list.Revision);
        while (!state.ContainsKey("zz-end"))
        {
            var (type, obj) = (await watch.NextAsync())!.Value;
            var (name, revision) = ((string)obj["metadata"]!["name"]!, (string)obj["metadata"]!["resourceVersion"]!);
            Assert.True(ulong.Parse(revision) > last, "events come in order of their revisions");
            last = ulong.Parse(revision);
            Assert.Equal(type == "ADDED", !state.ContainsKey(name));
            if (type == "DELETED")
                state.Remove(name);
            else
                state[name] = revision;
        }
        return state;
    }

    private static SortedDictionary<string, string> State(JsonArray items)
    {
        var state = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in items)
            state[(string)item!["metadata"]!["name"]!] = (string)item["metadata"]!["resourceVersion"]!;
        return state;
    }
}
