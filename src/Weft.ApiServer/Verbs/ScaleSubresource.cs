using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Schemas;
using Weft.ApiServer.Storage;
using Weft.ApiServer.Writes;

namespace Weft.ApiServer.Verbs;

/// <summary>The <c>scale</c> subresource: <c>spec.replicas</c> and <c>status.replicas</c> of a workload as <c>autoscaling/v1 Scale</c>.</summary>
internal static class ScaleSubresource
{
    public static async Task HandleAsync(ResourceRequest request)
    {
        switch (request.Context.Request.Method)
        {
            case "GET":
                await WriteAsync(request, request.Find());
                break;
            case "PUT":
                var body = await RequestBody.ReadObjectAsync(request.Context.Request, request.Aborted);
                await WriteAsync(request, Update(request, _ => body));
                break;
            case "PATCH":
                var bytes = await RequestBody.ReadBytesAsync(request.Context.Request, request.Aborted);
                var type = RequestBody.ContentType(request.Context.Request);
                if (type is not (PatchVerb.JsonPatchType or PatchVerb.MergePatchType or PatchVerb.StrategicMergePatchType))
                    throw Status.UnsupportedMediaType($"{PatchVerb.JsonPatchType}, {PatchVerb.MergePatchType}");
                // A Scale has no lists: a strategic merge is a merge.
                var change = PatchVerb.Change(request, type == PatchVerb.JsonPatchType ? type : PatchVerb.MergePatchType, RequestBody.ParseJson(bytes));
                await WriteAsync(request, Update(request, change));
                break;
            default:
                throw Status.MethodNotAllowed();
        }
    }

    private static StoredObject Update(ResourceRequest request, Func<JsonObject, JsonObject> change) =>
        ObjectWriter.Update(request, WritePart.Main, old =>
        {
            var scale = change(ScaleOf(old));
            TypeMeta.Settle(scale, "autoscaling/v1", "Scale");
            SystemMetadata.CheckTypes(request.Kind, scale);
            var replicas = scale.At("spec", "replicas") is { } given
                ? given.Number() ?? throw Status.BadRequest("Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal into Go struct field ScaleSpec.spec.replicas of type int32")
                : 0;
            if (replicas is < 0 or > int.MaxValue)
            {
                throw Status.Invalid("autoscaling", "Scale", request.Name!,
                    [FieldError.Invalid("spec.replicas", $"{replicas}", "must be greater than or equal to 0")]);
            }
            old.Ensure("spec")["replicas"] = replicas;
            old["metadata"]!.AsObject().Take(scale["metadata"] as JsonObject, "resourceVersion");
            return old;
        });

    private static Task WriteAsync(ResourceRequest request, StoredObject stored) =>
        Response.WriteJsonAsync(request.Context, 200, ScaleOf(request.Read(stored)));

    private static JsonObject ScaleOf(JsonObject obj)
    {
        var metadata = new JsonObject();
        foreach (var name in (string[])["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
            metadata.Take(obj["metadata"] as JsonObject, name);
        var selector = Cells.Selector(obj.At("spec", "selector"));
        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = obj.Number("spec", "replicas") ?? 0 },
            ["status"] = new JsonObject
            {
                ["replicas"] = obj.Number("status", "replicas") ?? 0,
                ["selector"] = selector == Cells.None ? "" : selector,
            },
        };
    }
}
