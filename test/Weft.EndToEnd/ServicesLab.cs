using System.Text.Json.Nodes;
using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>One running lab of both families and two zones with <c>examples/services</c> and the seed's Service, as its README starts it.</summary>
public sealed class ServicesLab : IAsyncLifetime
{
    public TestLab Lab { get; } = new();

    public async ValueTask InitializeAsync() =>
        (await Lab.WeftAsync("up", "examples/services", "examples/seed/service.yaml", "--ip-family", "dual", "--zones", "a,b")).Succeeded();

    public ValueTask DisposeAsync() => Lab.DisposeAsync();

    /// <summary>A field of a Service.</summary>
    public async Task<string> FieldAsync(string service, string path) =>
        (await Lab.KubectlAsync("get", "service", service, "-o", $"jsonpath={{{path}}}")).Succeeded().Output;

    /// <summary>Names of the pods of an app that run and are not about to end.</summary>
    public async Task<string[]> PodsAsync(string app)
    {
        var list = JsonNode.Parse((await Lab.KubectlAsync("get", "pods", "-l", $"app={app}", "-o", "json")).Succeeded().Output)!;
        return [.. list["items"]!.AsArray().Where(pod => pod!["metadata"]!["deletionTimestamp"] is null).Select(pod => pod!["metadata"]!["name"]!.GetValue<string>()).Order()];
    }

    /// <summary>Sends requests one after the other, each on a new connection; the answers in order. One that fails fails the test.</summary>
    /// <param name="enter">Where: <c>exec client</c>, or <c>node exec underlay</c>.</param>
    /// <param name="authority">Host and port, an IPv6 address in brackets.</param>
    /// <param name="count">How many.</param>
    public async Task<IReadOnlyList<JsonNode>> AskAsync(string enter, string authority, int count)
    {
        var script = $"for i in $(seq {count}); do curl -gsS --max-time 20 http://{authority}/ || exit 1; done";
        var answers = (await Lab.WeftAsync([.. enter.Split(' '), "--", "sh", "-c", script])).Succeeded().Output;
        return [.. answers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    /// <summary>The pods that answered requests.</summary>
    public async Task<string[]> AnsweringAsync(string enter, string authority, int count = 30) =>
        [.. (await AskAsync(enter, authority, count)).Select(answer => answer["pod"]!.GetValue<string>()).Distinct().Order()];

    /// <summary>Waits until requests are answered by just these pods.</summary>
    public Task AnsweredByAsync(string enter, string authority, Func<Task<string[]>> pods) => Shell.UntilAsync(
        async () => Enumerable.SequenceEqual(await AnsweringAsync(enter, authority), await pods()), $"{authority} leads to its pods");
}
