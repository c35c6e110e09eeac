using System.Net;
using System.Text.Json.Nodes;
using Weft.Tests.Kubectl;

namespace Weft.Tests.Streaming;

/// <summary>Requests for logs: which container is meant, which part of its log, and what is refused.</summary>
public sealed class LogTests
{
    private const string Pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web, namespace: default}
        spec:
          nodeName: node-1
          initContainers: [{name: setup, image: weft/host}]
          containers: [{name: web, image: weft/host}, {name: side, image: weft/host}]
        status:
          containerStatuses:
          - {name: side, ready: false, restartCount: 0, image: x, imageID: "", state: {waiting: {reason: ContainerCreating}}}
        """;

    private readonly FakePodRuntime _runtime = new();

    [Theory]
    [InlineData("", "a container name must be specified for pod web, choose one of: [web side] or one of the init containers: [setup]")]
    [InlineData("container=db", "container db is not valid for pod web")]
    [InlineData("container=side", "container \"side\" in pod \"web\" is waiting to start: ContainerCreating")]
    [InlineData("container=web&previous=true", "previous terminated container \"web\" in pod \"web\" not found")]
    [InlineData("container=web&tailLines=-1", "PodLogOptions \"\" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("container=web&limitBytes=0", "PodLogOptions \"\" is invalid: limitBytes: Invalid value: 0: must be greater than 0")]
    [InlineData("container=web&tailLines=x", "strconv.ParseInt: parsing \"x\": invalid syntax")]
    public async Task A_log_that_cannot_be_had_is_refused_in_words_of_upstream(string query, string message)
    {
        var (code, body) = await GetAsync(query);
        Assert.NotEqual(HttpStatusCode.OK, code);
        Assert.Equal(message, (string?)JsonNode.Parse(body)!["message"]);
    }

    [Fact]
    public async Task Options_reach_the_runtime()
    {
        var (code, body) = await GetAsync("container=web&tailLines=2&timestamps=true&limitBytes=100&sinceSeconds=60");
        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Equal("2026-01-02T03:04:05Z two\n2026-01-02T03:04:05Z three\n", body);
        var (container, request) = Assert.Single(_runtime.Logs);
        Assert.Equal(("web", 60, 100L, false), (container, request.SinceSeconds, request.LimitBytes, request.Follow));
    }

    [Fact]
    public async Task A_start_time_becomes_an_age()
    {
        await GetAsync("container=web&sinceTime=" + Uri.EscapeDataString(DateTimeOffset.UtcNow.AddMinutes(-5).ToString("O")));
        Assert.InRange(Assert.Single(_runtime.Logs).Request.SinceSeconds!.Value, 300, 330);
    }

    private async Task<(HttpStatusCode Code, string Body)> GetAsync(string query)
    {
        await using var server = await KubectlServer.StartAsync(_runtime);
        server.Put("api/v1/namespaces/default/pods/web", Pod);
        using var client = new HttpClient();
        var response = await client.GetAsync($"{server.Url}/api/v1/namespaces/default/pods/web/log?{query}");
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
