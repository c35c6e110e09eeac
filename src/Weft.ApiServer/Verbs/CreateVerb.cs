using Weft.ApiServer.Requests;
using Weft.ApiServer.Writes;

namespace Weft.ApiServer.Verbs;

/// <summary>POST to a collection.</summary>
internal static class CreateVerb
{
    public static async Task HandleAsync(ResourceRequest request)
    {
        var (body, duplicates) = await RequestBody.ReadWithDuplicatesAsync(request.Context.Request, request.Aborted);
        request = request with { DuplicateFields = duplicates };
        await Response.WriteObjectAsync(request, ObjectWriter.Create(request, body), 201);
    }
}
