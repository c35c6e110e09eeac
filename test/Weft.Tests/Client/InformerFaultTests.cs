using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Tests.Client.Upstream;
using static Weft.Tests.Client.Upstream.UpstreamSamples;

namespace Weft.Tests.Client;

/// <summary>An informer over a server that behaves, and misbehaves, as kube-apiserver 1.36 does: no event is lost, and nobody is asked in a busy loop.</summary>
public sealed class InformerFaultTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Versions_may_be_numbers_or_any_text(bool opaque)
    {
        await using var server = await UpstreamServer.StartAsync(new() { OpaqueVersions = opaque });
        server.Store.Put(UpstreamServer.Services, "default", Service("a"));
        using var client = server.Client();
        await WatchAsync<Service>(client, async informer =>
        {
            await informer.Synced.WaitAsync(Patience);
            server.Store.Put(UpstreamServer.Services, "default", Service("b"));
            server.Store.Put(UpstreamServer.Services, "default", Service("a", 81));
            server.Cut();
            server.Store.Delete(UpstreamServer.Services, "default", "b");
            server.Store.Put(UpstreamServer.Services, "default", Service("c"));
            await UntilAsync(() => informer.Agrees(server, UpstreamServer.Services));
            Assert.Equal(81, informer.Find("default", "a")!.Spec.Ports[0].Port);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task History_that_is_gone_leads_to_a_new_list_whether_said_by_status_or_by_event(bool byStatus)
    {
        await using var server = await UpstreamServer.StartAsync();
        using var client = server.Client();
        server.Store.Put(UpstreamServer.Services, "default", Service("gone"));
        await WatchAsync<Service>(client, async informer =>
        {
            await UntilAsync(() => informer.HasSynced && informer.StaleFor == TimeSpan.Zero);
            var refused = 0;
            server.Fault = (context, request) => AnswerAsync(byStatus && request.Verb == "watch" && Interlocked.Increment(ref refused) == 1,
                () => context.SendStatusAsync(410, "Expired", "too old resource version"));
            server.Store.Delete(UpstreamServer.Services, "default", "gone");
            server.Store.Put(UpstreamServer.Services, "default", Service("new"));
            server.Store.Compact();
            server.Cut();
            await UntilAsync(() => informer.Agrees(server, UpstreamServer.Services));
        });
        Assert.InRange(server.Asked.Count(request => request.Verb == "list"), 2, 4);
    }

    [Fact]
    public async Task A_watch_that_is_put_off_is_asked_for_again_after_the_time_the_server_wants_and_without_a_list()
    {
        await using var server = await UpstreamServer.StartAsync();
        var refused = 0;
        var since = Stopwatch.StartNew();
        var again = TimeSpan.Zero;
        server.Fault = async (context, request) =>
        {
            if (request.Verb == "watch" && Interlocked.Increment(ref refused) == 2)
                again = since.Elapsed;
            if (request.Verb != "watch" || refused > 1)
                return false;
            since.Restart();
            context.Response.Headers.RetryAfter = "1";
            await context.SendStatusAsync(429, "TooManyRequests", "The apiserver is too busy, please try again later");
            return true;
        };
        using var client = server.Client();
        await WatchAsync<Service>(client, informer => UntilAsync(() => informer.HasSynced && informer.StaleFor == TimeSpan.Zero && refused > 1));
        Assert.True(again >= TimeSpan.FromMilliseconds(990), $"asked again after {again}");
        Assert.Single(server.Requests, request => request.Contains("limit=500", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_fails_in_the_middle_of_a_list_is_asked_for_all_of_it_again()
    {
        await using var server = await UpstreamServer.StartAsync();
        for (var i = 0; i < 1200; i++)
            server.Store.Put(UpstreamServer.Services, "default", Service($"s{i}"));
        var pages = 0;
        server.Fault = async (context, request) =>
        {
            if (request.Verb != "list" || Interlocked.Increment(ref pages) is var page && page is not (2 or 4))
                return false;
            if (page == 2)
                await context.SendStatusAsync(503, "ServiceUnavailable", "etcdserver: leader changed");
            else
                await BreakAsync(context, "{\"kind\":\"ServiceList\",\"items\":[{\"metadata\":{");
            return true;
        };
        using var client = server.Client();
        await WatchAsync<Service>(client, informer => UntilAsync(() => informer.Agrees(server, UpstreamServer.Services)));
    }

    [Fact]
    public async Task A_watch_that_breaks_between_and_within_events_is_taken_up_without_a_list()
    {
        await using var server = await UpstreamServer.StartAsync();
        using var client = server.Client();
        var broken = 0;
        server.Fault = async (context, request) =>
        {
            if (request.Verb != "watch" || Interlocked.Increment(ref broken) is var time && time > 3)
                return false;
            if (time == 1)
                await context.SendStatusAsync(503, "ServiceUnavailable", "apiserver is shutting down");
            else
                await BreakAsync(context, "{\"type\":\"ADDED\",\"object\":{\"kind\":\"Serv");
            return true;
        };
        await WatchAsync<Service>(client, async informer =>
        {
            server.Store.Put(UpstreamServer.Services, "default", Service("during"));
            await UntilAsync(() => broken > 3 && informer.Agrees(server, UpstreamServer.Services));
        });
        Assert.Single(server.Requests, request => request.Contains("limit=500", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_continue_token_that_expires_does_not_keep_a_large_list_from_being_read()
    {
        await using var server = await UpstreamServer.StartAsync();
        for (var i = 0; i < 1200; i++)
            server.Store.Put(UpstreamServer.Services, "default", Service($"s{i}"));
        server.Fault = (context, request) =>
        {
            // Every page finds the cluster changed and its history compacted.
            if (context.Request.Query.ContainsKey("continue"))
                server.Store.Compact();
            return Task.FromResult(false);
        };
        using var client = server.Client();
        await WatchAsync<Service>(client, async informer =>
        {
            await UntilAsync(() => informer.Agrees(server, UpstreamServer.Services));
            Assert.Equal(1200, informer.Items.Count);
        });
    }

    [Fact]
    public async Task A_restored_backup_with_lower_versions_replaces_what_was_known()
    {
        await using var server = await UpstreamServer.StartAsync();
        server.Store.Put(UpstreamServer.Services, "default", Service("a"));
        server.Store.Put(UpstreamServer.Services, "default", Service("deleted-later"));
        var backup = server.Store.Backup();
        server.Store.Delete(UpstreamServer.Services, "default", "deleted-later");
        server.Store.Put(UpstreamServer.Services, "default", Service("a", 90));
        server.Store.Put(UpstreamServer.Services, "default", Service("never-was"));
        using var client = server.Client();
        await WatchAsync<Service>(client, async informer =>
        {
            await UntilAsync(() => informer.Agrees(server, UpstreamServer.Services) && informer.StaleFor == TimeSpan.Zero);
            server.Fault = (context, _) => AnswerAsync(true, () => context.SendStatusAsync(503, "ServiceUnavailable", "starting"));
            server.Cut();
            await UntilAsync(() => informer.StaleFor > TimeSpan.FromMilliseconds(300));
            server.Store.Restore(backup);
            server.Fault = null;
            await UntilAsync(() => informer.Agrees(server, UpstreamServer.Services));
            Assert.Equal(80, informer.Find("default", "a")!.Spec.Ports[0].Port);
            server.Store.Put(UpstreamServer.Services, "default", Service("a", 91));
            await UntilAsync(() => informer.Find("default", "a")!.Spec.Ports[0].Port == 91);
        }, new InformerOptions { FirstBackoff = TimeSpan.FromMilliseconds(5), LongestBackoff = TimeSpan.FromMilliseconds(50), RelistAfter = TimeSpan.FromMilliseconds(200) });
    }

    [Fact]
    public async Task Versions_that_go_back_within_a_watch_are_noticed()
    {
        await using var server = await UpstreamServer.StartAsync();
        server.Store.Put(UpstreamServer.Services, "default", Service("ghost"));
        var watches = 0;
        server.Fault = (context, request) => AnswerAsync(request.Verb == "watch" && Interlocked.Increment(ref watches) == 1, async () =>
        {
            server.Store.Restore(new UpstreamStore(opaque: false));
            await context.SendAsync(Answers.Event("BOOKMARK", """{"kind":"Service","metadata":{"resourceVersion":"900"}}"""));
        });
        using var client = server.Client();
        await WatchAsync<Service>(client, informer => UntilAsync(() => watches > 1 && informer.Items.IsEmpty));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    public async Task A_kind_that_may_be_absent_holds_nobody_up_and_is_found_later(int code)
    {
        await using var server = await UpstreamServer.StartAsync();
        server.Fault = (context, _) => AnswerAsync(true, () => code == 404
            ? context.SendAsync("404 page not found\n", 404)
            : context.SendStatusAsync(403, "Forbidden", "services is forbidden"));
        using var client = server.Client();
        await WatchAsync<Service>(client, async informer =>
        {
            await informer.Synced.WaitAsync(Patience);
            Assert.Equal(TimeSpan.Zero, informer.StaleFor);
            server.Store.Put(UpstreamServer.Services, "default", Service("a"));
            server.Fault = null;
            await UntilAsync(() => informer.Items.Count == 1 && informer.LastError is null);
        }, new InformerOptions { Optional = true, LookAgain = TimeSpan.FromMilliseconds(20) });
    }

    [Theory]
    [InlineData(500)]
    [InlineData(429)]
    [InlineData(403)]
    [InlineData(200)]
    public async Task A_server_that_goes_on_failing_is_asked_ever_more_seldom(int code)
    {
        await using var server = await UpstreamServer.StartAsync();
        server.Fault = (context, _) => AnswerAsync(true, () => code == 200 ? context.SendAsync("this is no JSON") : context.SendStatusAsync(code, "Bad", "bad"));
        using var client = server.Client();
        await WatchAsync<Service>(client, _ => Task.Delay(1000), new InformerOptions());

        // 50, 100, 200, 400 ms and so on, half of each at least.
        Assert.InRange(server.Asked.Count, 1, 8);
    }

    private static async Task<bool> AnswerAsync(bool fails, Func<Task> answer)
    {
        if (fails)
            await answer();
        return fails;
    }

    /// <summary>Sends the beginning of an answer and breaks the connection.</summary>
    private static async Task BreakAsync(HttpContext context, string beginning)
    {
        await context.SendAsync(beginning);
        context.Abort();
    }
}
