using Microsoft.AspNetCore.Http;

namespace Weft.ApiServer.Streaming;

/// <summary>Serves <c>pods/exec</c> and <c>pods/log</c>. The caller has authenticated the request and found the pod.</summary>
public static class PodStreaming
{
    public static Task HandleAsync(HttpContext context, IPodRuntime? runtime, string ns, string pod, string subresource)
    {
        context.Response.StatusCode = StatusCodes.Status501NotImplemented;
        return Task.CompletedTask;
    }
}
