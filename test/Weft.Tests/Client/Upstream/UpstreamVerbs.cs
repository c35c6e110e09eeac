using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using static Weft.Tests.Client.Answers;

namespace Weft.Tests.Client.Upstream;

/// <summary>Answers one request from the store.</summary>
internal sealed class UpstreamVerbs(UpstreamStore store, HttpContext context, UpstreamRequest request)
{
    public static readonly IReadOnlySet<string> Usual = new HashSet<string>
    {
        UpstreamServer.Nodes, UpstreamServer.Services, UpstreamServer.ConfigMaps, UpstreamServer.Slices, UpstreamServer.Events, UpstreamServer.Leases,
        UpstreamServer.Pods, UpstreamServer.Namespaces, UpstreamServer.NetworkPolicies,
    };

    public Task AnswerAsync() => request.Verb switch
    {
        "list" => ListAsync(),
        "watch" => WatchAsync(),
        "get" => store.Find(request.Resource, request.Namespace, request.Name!) is { } found ? context.SendAsync(found.ToJsonString()) : NotFoundAsync(),
        "create" => CreateAsync(),
        "patch" => PatchAsync(),
        _ => context.SendStatusAsync(405, "MethodNotAllowed", "the server does not allow this method on the requested resource"),
    };

    private string Plural => request.Resource[(request.Resource.LastIndexOf('/') + 1)..];

    private Task NotFoundAsync() => context.SendStatusAsync(404, "NotFound", $"{Plural} '{request.Name}' not found");

    /// <summary>Pages as upstream gives them; with resourceVersion=0 the limit is ignored, as there.</summary>
    private async Task ListAsync()
    {
        var (all, version) = store.List(request.Resource);
        var items = all.Where(Matches).ToList();
        var limit = context.Request.Query["resourceVersion"] == "0" ? 0 : int.TryParse(context.Request.Query["limit"], CultureInfo.InvariantCulture, out var asked) ? asked : 0;
        var from = 0;
        if (context.Request.Query["continue"].ToString() is { Length: > 0 } token)
        {
            var mark = token.IndexOf(':');
            from = int.Parse(token[..mark], CultureInfo.InvariantCulture);
            if (token[(mark + 1)..] != version)
            {
                await ExpiredTokenAsync(from, version);
                return;
            }
        }

        var until = limit > 0 ? Math.Min(from + limit, items.Count) : items.Count;
        var more = until < items.Count ? $",\"continue\":\"{until}:{version}\",\"remainingItemCount\":{items.Count - until}" : "";
        await context.SendAsync($$"""{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"{{version}}"{{more}}},"items":[{{string.Join(',', items.Take(from..until))}}]}""");
    }

    private Task ExpiredTokenAsync(int from, string version) => context.SendAsync(
        $$"""
        {"kind":"Status","apiVersion":"v1","metadata":{"continue":"{{from}}:{{version}}"},"status":"Failure","message":"The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results.","reason":"Expired","code":410}
        """, 410);

    private async Task WatchAsync()
    {
        var version = store.Parse(context.Request.Query["resourceVersion"].ToString());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        if (int.TryParse(context.Request.Query["timeoutSeconds"], CultureInfo.InvariantCulture, out var seconds))
            limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        await context.SendAsync("");
        while (true)
        {
            var changed = store.Changed;
            if (store.Since(version, request.Resource) is not { } entries)
            {
                await context.SendAsync(Event("ERROR", Status(410, "Expired", $"too old resource version: {version}")));
                return;
            }

            foreach (var entry in entries)
            {
                version = entry.Version;
                if (Matches(entry.Json))
                    await context.SendAsync(Event(entry.Type, entry.Json));
            }

            try
            {
                await changed.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private bool Matches(string json)
    {
        if (request.Name is null && request.Namespace is null)
            return true;
        var metadata = JsonNode.Parse(json)!["metadata"]!;
        return (request.Name is null || metadata["name"]!.ToString() == request.Name) && (request.Namespace is null || metadata["namespace"]?.ToString() == request.Namespace);
    }

    private async Task CreateAsync() => await context.SendAsync(store.Put(request.Resource, request.Namespace, await BodyAsync()).ToJsonString(), 201);

    /// <summary>Merges members; conditions by their type.</summary>
    private async Task PatchAsync()
    {
        var patch = await BodyAsync();
        if (store.Change(request.Resource, request.Namespace, request.Name!, stored => Merge(stored, patch)) is { } changed)
            await context.SendAsync(changed.ToJsonString());
        else
            await NotFoundAsync();
    }

    private static void Merge(JsonObject into, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is JsonObject inner && into[key] is JsonObject target)
                Merge(target, inner);
            else if (key == "conditions" && into[key] is JsonArray present && value is JsonArray wanted)
                into[key] = new JsonArray([.. present.Where(had => wanted.All(now => now!["type"]!.ToString() != had!["type"]!.ToString())).Concat(wanted).Select(item => item!.DeepClone())]);
            else
                into[key] = value?.DeepClone();
        }
    }

    private async Task<JsonObject> BodyAsync() => JsonNode.Parse(await new StreamReader(context.Request.Body).ReadToEndAsync())!.AsObject();
}
