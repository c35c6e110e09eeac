using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using static Weft.Tests.Client.Answers;

namespace Weft.Tests.Client;

public sealed class InformerTests
{
    private static readonly InformerOptions Quick = new() { FirstBackoff = TimeSpan.FromMilliseconds(1), LongestBackoff = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task An_informer_lists_then_follows_the_watch()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (!context.IsWatch())
            {
                await context.SendAsync(PodList(10, Pod("a", 5), Pod("b", 6)));
                return;
            }

            await context.SendAsync(Event("ADDED", Pod("c", 11)) + Event("DELETED", Pod("a", 12)) + Event("MODIFIED", Pod("b", 13)) + Event("BOOKMARK", Pod("", 20)));
            await Task.Delay(-1, context.RequestAborted);
        });
        await RunAsync(server, async informer =>
        {
            await UntilAsync(() => informer.ResourceVersion == "20");
            Assert.Equal(["default/b@13", "default/c@11"], Names(informer));
            Assert.Equal(TimeSpan.Zero, informer.StaleFor);
        });
        Assert.Contains("resourceVersion=10", server.Requests[1]);
        Assert.Contains("allowWatchBookmarks=true", server.Requests[1]);
    }

    [Fact]
    public async Task An_expired_version_leads_to_a_new_list_that_keeps_what_is_unchanged()
    {
        var lists = 0;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (!context.IsWatch())
                await context.SendAsync(++lists == 1 ? PodList(10, Pod("a", 5), Pod("b", 6)) : PodList(30, Pod("a", 5), Pod("c", 29)));
            else if (lists == 1)
                await context.SendAsync(Event("ERROR", Status(410, "Expired", "too old resource version: 10 (25)")));
            else
                await HoldAsync(context);
        });
        await RunAsync(server, async informer =>
        {
            await informer.Synced;
            var before = informer.Find("default", "a");
            await UntilAsync(() => informer.ResourceVersion == "30" && informer.StaleFor == TimeSpan.Zero);
            Assert.Equal(["default/a@5", "default/c@29"], Names(informer));
            Assert.Same(before, informer.Find("default", "a"));
        });
        Assert.DoesNotContain("resourceVersion=0", server.Requests[2]);
    }

    [Fact]
    public async Task A_broken_connection_is_taken_up_where_it_broke()
    {
        var watches = 0;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (!context.IsWatch())
            {
                await context.SendAsync(PodList(10));
                return;
            }

            if (++watches == 1)
            {
                await context.SendAsync(Event("ADDED", Pod("a", 11)) + "{\"type\":\"ADD");
                await Task.Delay(100);
                context.Abort();
                return;
            }

            await HoldAsync(context);
        });
        await RunAsync(server, async informer =>
        {
            await UntilAsync(() => watches == 2);
            Assert.Equal(["default/a@11"], Names(informer));
        });
        Assert.Contains("resourceVersion=11", server.Requests[2]);
    }

    [Theory]
    [InlineData("this is no JSON\n")]
    [InlineData("{\"type\":\"ADDED\"}\n")]
    [InlineData("[1,2]\n")]
    [InlineData("{\"type\":\"SURPRISE\",\"object\":{}}\n")]
    [InlineData("{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"labels\":[]}}}\n")]
    public async Task Garbage_in_a_watch_leads_to_a_new_list(string garbage)
    {
        var lists = 0;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (!context.IsWatch())
                await context.SendAsync(PodList(10 * ++lists));
            else if (lists == 1)
                await context.SendAsync(garbage);
            else
                await HoldAsync(context);
        });
        await RunAsync(server, informer => UntilAsync(() => informer.ResourceVersion == "20"));
    }

    [Fact]
    public async Task One_object_of_an_impossible_shape_does_not_hide_the_others()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.IsWatch()
            ? HoldAsync(context)
            : context.SendAsync(PodList(10, Pod("a", 5), """{"metadata":{"name":"bad","namespace":"x"},"spec":{"containers":"many"}}""", Pod("b", 6))));
        await RunAsync(server, async informer =>
        {
            await informer.Synced;
            Assert.Equal(["default/a@5", "default/b@6"], Names(informer));
        });
    }

    [Fact]
    public async Task While_the_server_is_away_the_copy_stays_and_its_age_is_told()
    {
        var server = await ScriptedServer.StartAsync(context => context.IsWatch() ? HoldAsync(context) : context.SendAsync(PodList(10, Pod("a", 5))));
        var port = server.Address.Port;
        await RunAsync(server, async informer =>
        {
            await UntilAsync(() => informer.HasSynced && informer.StaleFor == TimeSpan.Zero);
            await server.DisposeAsync();
            await UntilAsync(() => informer.StaleFor > TimeSpan.FromMilliseconds(100));
            Assert.True(informer.LastError!.IsUnreachable);
            Assert.Single(informer.Items);
            await using var again = await ScriptedServer.StartAsync(context => context.SendAsync(Event("ADDED", Pod("b", 11))), port);
            await UntilAsync(() => informer.Items.Count == 2 && informer.StaleFor == TimeSpan.Zero);
            Assert.Null(informer.LastError);
        });
    }

    [Fact]
    public async Task A_server_that_ends_every_watch_at_once_is_not_asked_in_a_busy_loop()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.SendAsync(context.IsWatch() ? "" : PodList(10)));
        await RunAsync(server, async informer =>
        {
            await informer.Synced;
            await Task.Delay(300);
        }, new InformerOptions());
        Assert.InRange(server.Requests.Count, 2, 10);
    }

    [Fact]
    public async Task A_list_is_read_page_by_page()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.SendAsync(context.Request.Query["continue"] == "next"
            ? PodList(10, Pod("b", 6))
            : """{"metadata":{"resourceVersion":"10","continue":"next"},"items":[""" + Pod("a", 5) + "]}"));
        using var client = server.Client();
        var list = await client.ListAsync<Pod>("default", new() { PageSize = 1, LabelSelector = "a in (b,c)" });
        Assert.Equal(["a", "b"], list.Items.Select(pod => pod.Metadata.Name));
        Assert.Contains("labelSelector=a%20in%20%28b%2Cc%29", server.Requests[1]);
    }

    private static async Task RunAsync(ScriptedServer server, Func<Informer<Pod>, Task> test, InformerOptions? options = null)
    {
        using var client = server.Client();
        using var stop = new CancellationTokenSource();
        var informer = new Informer<Pod>(client, options ?? Quick);
        var running = informer.RunAsync(stop.Token);
        await test(informer);
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static async Task HoldAsync(Microsoft.AspNetCore.Http.HttpContext context)
    {
        await context.SendAsync("");
        await Task.Delay(-1, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++)
            await Task.Delay(10);
        Assert.True(condition(), "did not come about within 10 s");
    }

    private static IEnumerable<string> Names(Informer<Pod> informer) =>
        informer.Items.Select(entry => $"{entry.Key}@{entry.Value.Metadata.ResourceVersion}").Order(StringComparer.Ordinal);
}
