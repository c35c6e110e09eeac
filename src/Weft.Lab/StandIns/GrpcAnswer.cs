using Microsoft.AspNetCore.Http;

namespace Weft.Lab.StandIns;

/// <summary>Answers any gRPC method: health with SERVING, others with the very messages that they send.</summary>
/// <remarks>
/// <code>
/// message = compressed:8 length:32 bytes        trailers: grpc-status        (gRPC over HTTP/2, PROTOCOL-HTTP2.md)
/// </code>
/// </remarks>
internal static class GrpcAnswer
{
    private const string Check = "/grpc.health.v1.Health/Check";
    private const string Watch = "/grpc.health.v1.Health/Watch";

    // HealthCheckResponse { status: SERVING }: field 1, a varint, is 1.
    private static readonly byte[] Serving = [0, 0, 0, 0, 2, 0x08, 0x01];

    /// <summary>Whether a request is a call.</summary>
    public static bool IsAskedFor(HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol) && HttpMethods.IsPost(request.Method)
        && request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
        && !type.StartsWith("application/grpc-web", StringComparison.OrdinalIgnoreCase);

    /// <summary>Answers one.</summary>
    public static async Task WriteAsync(HttpContext context)
    {
        var (request, response, ct) = (context.Request, context.Response, context.RequestAborted);
        response.ContentType = request.ContentType;
        if (request.Path == Check || request.Path == Watch)
        {
            await StandInHandler.DrainAsync(request.BodyReader, ct).ConfigureAwait(false);
            await response.BodyWriter.WriteAsync(Serving, ct).ConfigureAwait(false);

            // A pod's health does not change: the stream says so once and stays open.
            if (request.Path == Watch)
                await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(false);
        }
        else
        {
            // Echoed bytes are framed and compressed as they came.
            if (request.Headers.TryGetValue("grpc-encoding", out var encoding))
                response.Headers["grpc-encoding"] = encoding;
            await response.StartAsync(ct).ConfigureAwait(false);
            await EchoAsync(context).ConfigureAwait(false);
        }

        response.AppendTrailer("grpc-status", "0");
    }

    private static async Task EchoAsync(HttpContext context)
    {
        var body = context.Request.BodyReader;
        while (true)
        {
            var result = await body.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            foreach (var part in result.Buffer)
                await context.Response.BodyWriter.WriteAsync(part, context.RequestAborted).ConfigureAwait(false);
            body.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return;
        }
    }
}
