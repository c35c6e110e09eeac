using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Writes;

namespace Weft.ApiServer.Verbs;

/// <summary><c>pods/binding</c>, which gives a pod its node, and <c>pods/eviction</c>, which asks it to leave.</summary>
internal static class PodSubresources
{
    public static async Task BindAsync(ResourceRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(request.Context.Request, request.Aborted);
        TypeMeta.Settle(body, "v1", "Binding");
        var node = body.Text("target", "name");
        if (node is not { Length: > 0 } || body.Text("target", "kind") is not (null or "" or "Node"))
            throw Status.BadRequest("the target of a binding must be a Node with a name");
        ObjectWriter.Update(request, WritePart.Internal, pod => Bind(request, pod, node, body));
        await Response.WriteJsonAsync(request.Context, 201, Status.Success(null));
    }

    public static async Task EvictAsync(ResourceRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(request.Context.Request, request.Aborted);
        if (body.Text("kind") is not (null or "Eviction"))
            throw Status.BadRequest($"{body.Text("kind")} cannot be handled as an Eviction");
        Deletion.Run(request, DeleteOptions.From(body["deleteOptions"] as JsonObject ?? []));
        await Response.WriteJsonAsync(request.Context, 201, Status.Success(null));
    }

    private static JsonObject Bind(ResourceRequest request, JsonObject pod, string node, JsonObject binding)
    {
        if (pod.At("metadata", "deletionTimestamp") is not null)
            throw Status.Conflict(request.Kind, request.Name!, $"pod {request.Name} is being deleted, cannot be assigned to a host");
        if (pod.Text("spec", "nodeName") is { Length: > 0 } taken)
            throw Status.Conflict(request.Kind, request.Name!, $"pod {request.Name} is already assigned to node \"{taken}\"");
        pod.Ensure("spec")["nodeName"] = node;
        foreach (var (key, value) in binding.Fields("metadata", "annotations"))
            pod["metadata"]!.AsObject().Ensure("annotations")[key] = value?.DeepClone();
        var status = pod.Ensure("status");
        var conditions = status["conditions"] as JsonArray ?? [];
        if (conditions.FirstOrDefault(c => c.Text("type") == "PodScheduled") is { } old)
            conditions.Remove(old);
        conditions.Add(new JsonObject
        {
            ["type"] = "PodScheduled",
            ["status"] = "True",
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = request.Server.Timestamp(),
        });
        if (conditions.Parent is null)
            status["conditions"] = conditions;
        return pod;
    }
}
