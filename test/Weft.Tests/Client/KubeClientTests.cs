using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using static Weft.Tests.Client.Answers;

namespace Weft.Tests.Client;

public sealed class KubeClientTests
{
    [Fact]
    public async Task A_refusal_carries_the_servers_own_words()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.SendStatusAsync(409, "AlreadyExists", "pods 'a' already exists"));
        using var client = server.Client();
        var error = await Assert.ThrowsAsync<KubeApiException>(() => client.CreateAsync(new Pod { Metadata = new() { Name = "a", Namespace = "default" } }));
        Assert.Equal("pods 'a' already exists", error.Message);
        Assert.True(error is { Code: 409, IsAlreadyExists: true, IsConflict: false });
    }

    [Fact]
    public async Task An_answer_that_is_no_status_is_quoted()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.SendAsync("<html>bad gateway", 502));
        using var client = server.Client();
        var error = await Assert.ThrowsAsync<KubeApiException>(() => client.GetJsonAsync("/version"));
        Assert.Equal("GET /version: the server answered 502 BadGateway: <html>bad gateway", error.Message);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_to_be_away()
    {
        using var client = new KubeClient(new KubeConfig { Server = new Uri("http://127.0.0.1:1") });
        var error = await Assert.ThrowsAsync<KubeApiException>(() => client.GetJsonAsync("/version"));
        Assert.True(error.IsUnreachable);
        Assert.StartsWith("GET /version: the API server at http://127.0.0.1:1/ did not answer: Connection refused", error.Message);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up()
    {
        await using var server = await ScriptedServer.StartAsync(context => Task.Delay(-1, context.RequestAborted));
        using var client = server.Client(new() { RequestTimeout = TimeSpan.FromMilliseconds(50) });
        var error = await Assert.ThrowsAsync<KubeApiException>(() => client.GetJsonAsync("/version"));
        Assert.Contains("no answer within", error.Message);
    }

    [Fact]
    public async Task A_request_that_the_server_puts_off_is_repeated()
    {
        var calls = 0;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            context.Response.Headers.RetryAfter = "0";
            await (++calls < 3 ? context.SendStatusAsync(429, "TooManyRequests", "later") : context.SendAsync("{}"));
        });
        using var client = server.Client();
        await client.GetJsonAsync("/version");
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task A_token_that_expired_is_read_again_from_its_file()
    {
        var file = Path.GetTempFileName();
        var valid = "old";
        await using var server = await ScriptedServer.StartAsync(context =>
            context.Request.Headers.Authorization == $"Bearer {valid}" ? context.SendAsync("{}") : context.SendStatusAsync(401, "Unauthorized", "Unauthorized"));
        using var client = new KubeClient(new KubeConfig { Server = server.Address, TokenFile = file });
        await File.WriteAllTextAsync(file, "old\n");
        await client.GetJsonAsync("/version");
        valid = "new";
        Assert.Equal(401, (await Assert.ThrowsAsync<KubeApiException>(() => client.GetJsonAsync("/version"))).Code);
        await File.WriteAllTextAsync(file, "new\n");
        await client.GetJsonAsync("/version");
        valid = "newest";
        await File.WriteAllTextAsync(file, "newest\n");
        await client.GetJsonAsync("/version");
        Assert.Equal(6, server.Requests.Count);
        File.Delete(file);
        await client.GetJsonAsync("/version");
    }

    [Fact]
    public async Task A_modification_is_tried_again_after_a_conflict_and_sends_only_what_differs()
    {
        var bodies = new List<string>();
        var version = 1;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (context.Request.Method == "GET")
            {
                await context.SendAsync(Pod("a", version));
                return;
            }

            bodies.Add(await new StreamReader(context.Request.Body).ReadToEndAsync());
            Assert.Equal("application/merge-patch+json", context.Request.ContentType);
            await (++version == 2 ? context.SendStatusAsync(409, "Conflict", "changed") : context.SendAsync(Pod("a", version)));
        });
        using var client = server.Client();
        var pod = await client.ModifyAsync<Pod>("default", "a", pod => pod with { Spec = pod.Spec with { NodeName = "n1" } });
        Assert.Equal("3", pod!.Metadata.ResourceVersion);
        Assert.Equal("""{"spec":{"nodeName":"n1"},"metadata":{"resourceVersion":"2"}}""", bodies[1]);
    }

    [Fact]
    public async Task Deleting_what_is_gone_is_no_error_and_preconditions_are_sent()
    {
        var body = "";
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await context.SendStatusAsync(404, "NotFound", "gone");
        });
        using var client = server.Client();
        Assert.False(await client.DeleteAsync<Pod>("default", "a", new() { GracePeriodSeconds = 0, Uid = "u" }));
        Assert.Equal("""{"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":0,"preconditions":{"uid":"u"}}""", body);
    }

    [Fact]
    public async Task Repeated_events_raise_a_count_instead_of_piling_up()
    {
        var requests = new List<(string Method, JsonNode Body)>();
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            var body = JsonNode.Parse(await new StreamReader(context.Request.Body).ReadToEndAsync())!.AsObject();
            requests.Add((context.Request.Method, body));
            var stored = body.DeepClone().AsObject();
            stored["metadata"] ??= new JsonObject { ["name"] = "e", ["namespace"] = "default" };
            await context.SendAsync(stored.ToJsonString());
        });
        using var client = server.Client();
        using var stop = new CancellationTokenSource();
        var recorder = new EventRecorder(client, "weft-test");
        var running = recorder.RunAsync(stop.Token);
        var pod = new Pod { Metadata = new() { Name = "a", Namespace = "default", Uid = "u" } };
        recorder.Warning(pod, "FailedScheduling", "no nodes");
        recorder.Warning(pod, "FailedScheduling", "no nodes");
        recorder.Normal(pod, "Scheduled", "ok");
        for (var i = 0; i < 500 && requests.Count < 3; i++)
            await Task.Delay(10);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(["POST", "PATCH", "POST"], requests.Select(request => request.Method));
        Assert.Equal(2, (int)requests[1].Body["count"]!);
        Assert.Equal("u", (string)requests[0].Body["involvedObject"]!["uid"]!);
    }
}
