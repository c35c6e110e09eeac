using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Weft.Lab.Pods.Specs;

namespace Weft.Lab.StandIns;

/// <summary>Answers requests: gRPC, WebSocket, or JSON that says who was asked what.</summary>
internal sealed class StandInHandler(PodIdentity pod, StandInConduct conduct)
{
    /// <summary>Answers one.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Net.WebSockets.WebSocketException)
        {
            context.Abort();
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var status = conduct.StatusFor(target);
        if (status == StatusCodes.Status200OK && context.WebSockets.IsWebSocketRequest)
        {
            await WebSocketEcho.RunAsync(context).ConfigureAwait(false);
            return;
        }

        var delay = conduct.DelayFor(target);
        if (status == StatusCodes.Status200OK && GrpcAnswer.IsAskedFor(context.Request))
        {
            await Task.Delay(delay, context.RequestAborted).ConfigureAwait(false);
            await GrpcAnswer.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        await DrainAsync(context.Request.BodyReader, context.RequestAborted).ConfigureAwait(false);
        await Task.Delay(delay, context.RequestAborted).ConfigureAwait(false);
        await WriteJsonAsync(context, target, status).ConfigureAwait(false);
    }

    private async Task WriteJsonAsync(HttpContext context, string target, int status)
    {
        context.Response.StatusCode = status;
        if (status is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified)
            return;
        var body = StandInBody.Write(pod, context, target);
        context.Response.ContentType = "application/json";
        context.Response.Headers.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Reads a body to its end without keeping it.</summary>
    public static async Task DrainAsync(PipeReader body, CancellationToken ct)
    {
        while (true)
        {
            var result = await body.ReadAsync(ct).ConfigureAwait(false);
            body.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return;
        }
    }
}
