using Weft.ApiServer.Requests;
using Weft.ApiServer.Writes;

namespace Weft.ApiServer.Verbs;

/// <summary>PUT of one object, or of its status.</summary>
internal static class UpdateVerb
{
    public static async Task HandleAsync(ResourceRequest request, WritePart part)
    {
        var (body, duplicates) = await RequestBody.ReadWithDuplicatesAsync(request.Context.Request, request.Aborted);
        request = request with { DuplicateFields = duplicates };
        await Response.WriteObjectAsync(request, ObjectWriter.Update(request, part, _ => body.DeepClone().AsObject()));
    }
}
