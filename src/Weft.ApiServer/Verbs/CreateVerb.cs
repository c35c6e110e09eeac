using Weft.ApiServer.Requests;
using Weft.ApiServer.Writes;

namespace Weft.ApiServer.Verbs;

/// <summary>POST to a collection.</summary>
internal static class CreateVerb
{
    public static async Task HandleAsync(ResourceRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(request.Context.Request, request.Aborted);
        await Response.WriteObjectAsync(request, ObjectWriter.Create(request, body), 201);
    }
}
