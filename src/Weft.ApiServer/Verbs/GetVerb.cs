using Weft.ApiServer.Requests;

namespace Weft.ApiServer.Verbs;

/// <summary>GET of one object, or of its status.</summary>
internal static class GetVerb
{
    public static Task HandleAsync(ResourceRequest request) => Response.WriteObjectAsync(request, request.Find());
}
