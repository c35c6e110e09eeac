using System.Text.Json.Nodes;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Writes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Verbs;

/// <summary>PUT of <c>namespaces/finalize</c>: the namespace controller says that the content is gone.</summary>
internal static class NamespaceFinalize
{
    public static async Task HandleAsync(ResourceRequest request)
    {
        if (request.Context.Request.Method != "PUT")
            throw Status.MethodNotAllowed();
        var body = await RequestBody.ReadObjectAsync(request.Context.Request, request.Aborted);
        TypeMeta.Settle(request.Kind, body);
        SystemMetadata.CheckTypes(request.Kind, body);
        var stored = ObjectWriter.Update(request, WritePart.Internal, old =>
        {
            var check = body.DeepClone().AsObject();
            Placement.SettleForUpdate(request, check, old);
            var finalizers = check["spec"] is JsonObject spec ? spec["finalizers"] as JsonArray : null;
            old.Ensure("spec")["finalizers"] = finalizers?.DeepClone() ?? new JsonArray();
            return old;
        });
        await Response.WriteObjectAsync(request, stored);
    }
}
