using System.Text;
using System.Text.Json.Nodes;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Writes;

namespace Weft.ApiServer.Verbs;

/// <summary>PATCH of one object, or of its status, in any of the four forms.</summary>
internal static class PatchVerb
{
    public const string JsonPatchType = "application/json-patch+json";
    public const string MergePatchType = "application/merge-patch+json";
    public const string StrategicMergePatchType = "application/strategic-merge-patch+json";
    public const string ApplyPatchType = "application/apply-patch+yaml";

    public static async Task HandleAsync(ResourceRequest request, WritePart part)
    {
        var bytes = await RequestBody.ReadBytesAsync(request.Context.Request, request.Aborted);
        var type = RequestBody.ContentType(request.Context.Request);
        if (type == ApplyPatchType)
        {
            await ServerSideApply.HandleAsync(request, part, Object(RequestBody.ParseYaml(bytes)));
            return;
        }
        var patch = type is JsonPatchType or MergePatchType or StrategicMergePatchType
            ? RequestBody.ParseJson(bytes)
            : throw Status.UnsupportedMediaType($"{JsonPatchType}, {MergePatchType}, {StrategicMergePatchType}, {ApplyPatchType}");
        var change = Change(request, type, patch);
        request = request with { DuplicateFields = DuplicateFields.Find(bytes.Span), Patch = Encoding.UTF8.GetString(bytes.Span) };
        await Response.WriteObjectAsync(request, ObjectWriter.Update(request, part, change));
    }

    /// <summary>The patch as a function of the object.</summary>
    /// <remarks>Also used for Scale, which is patched like an object but is none.</remarks>
    public static Func<JsonObject, JsonObject> Change(ResourceRequest request, string type, JsonNode? patch)
    {
        switch (type)
        {
            case JsonPatchType:
                var operations = patch as JsonArray ?? throw Status.BadRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch");
                return obj => Guard(request, () => JsonPatch.Apply(obj, operations), 422);
            case StrategicMergePatchType:
                var strategic = Object(patch);
                return obj => Guard(request, () => (JsonObject)request.Schema.StrategicMerge(obj, strategic), 400);
            default:
                var merge = Object(patch);
                return obj =>
                {
                    MergePatch.Apply(obj, merge);
                    return obj;
                };
        }
    }

    private static JsonObject Object(JsonNode? patch) =>
        patch as JsonObject ?? throw Status.BadRequest("json: cannot unmarshal the patch into Go value of type map[string]interface {}");

    private static JsonObject Guard(ResourceRequest request, Func<JsonObject> apply, int code)
    {
        try
        {
            return apply();
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or InvalidCastException)
        {
            throw code == 422
                ? new StatusException(422, "Invalid", $"the server rejected our request due to an error in our request: {e.Message}",
                    Status.Details(request.Kind, request.Kind.Kind, request.Name!))
                : Status.BadRequest(e.Message);
        }
    }
}
