using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Weft.ApiServer.Streaming;

/// <summary>Serves <c>pods/exec</c>, <c>pods/attach</c>, <c>pods/portforward</c> and <c>pods/log</c>. The caller has authenticated the request.</summary>
public static class PodStreaming
{
    /// <param name="pod">The stored pod; its spec names the containers, its status says which of them runs.</param>
    /// <param name="subresource"><c>exec</c>, <c>attach</c>, <c>portforward</c> or <c>log</c>.</param>
    /// <remarks>Needs the WebSocket middleware before it. Errors are answered as a Status; after an upgrade they go to the error channel.</remarks>
    public static async Task HandleAsync(HttpContext context, IPodRuntime? runtime, JsonObject pod, string subresource)
    {
        try
        {
            if (runtime is null)
                throw new PodRuntimeException("InternalError", "this API server has no pod runtime");
            await (subresource switch
            {
                "exec" => ExecEndpoint.HandleAsync(context, runtime, PodReference.Of(pod)),
                "attach" => AttachEndpoint.HandleAsync(context, runtime, PodReference.Of(pod)),
                "log" => LogEndpoint.HandleAsync(context, runtime, PodReference.Of(pod)),
                "portforward" => throw new PodRuntimeException(
                    "BadRequest", "port forwarding is not supported by this server: publish a port of the lab instead (weft up --publish)"),
                _ => throw new PodRuntimeException("NotFound", $"pods have no stream called {subresource}"),
            });
        }
        catch (PodRuntimeException e) when (!context.Response.HasStarted)
        {
            await StreamStatus.AnswerAsync(context, e);
        }
        catch (PodRuntimeException)
        {
            // Half of an answer is out: only a broken connection still tells the client that something is missing.
            context.Abort();
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            // The client left.
        }
    }
}
