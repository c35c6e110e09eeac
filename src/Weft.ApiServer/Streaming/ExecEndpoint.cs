using Microsoft.AspNetCore.Http;

namespace Weft.ApiServer.Streaming;

/// <summary><c>kubectl exec</c>: a command in a container, its streams over a WebSocket, its exit code as a Status.</summary>
internal static class ExecEndpoint
{
    public static async Task HandleAsync(HttpContext context, IPodRuntime runtime, PodReference pod)
    {
        var query = context.Request.Query;
        var container = pod.Choose(query["container"]);
        if (pod.NodeName.Length == 0)
            throw new PodRuntimeException("BadRequest", $"pod {pod.Name} does not have a host assigned");
        var request = new ExecRequest([.. query["command"].OfType<string>()], query.Flag("stdin"), query.Flag("stdout"), query.Flag("stderr"), query.Flag("tty"));
        if (request.Command.Count == 0)
            throw new PodRuntimeException("BadRequest", "you must specify at least one command for the container");
        if (request is { Stdin: false, Stdout: false, Stderr: false })
            throw new PodRuntimeException("BadRequest", "you must specify at least 1 of stdin, stdout, stderr");
        using var socket = await ChannelSocket.AcceptAsync(context);
        await socket.SendAsync(request.Stdout ? ChannelSocket.Stdout : ChannelSocket.Error, default);
        await socket.SendAsync(ChannelSocket.Error, await RunAsync(socket, runtime, pod, container, request, context.RequestAborted));
        await socket.FinishAsync();
    }

    /// <returns>The Status for the error channel.</returns>
    private static async Task<byte[]> RunAsync(
        ChannelSocket socket, IPodRuntime runtime, PodReference pod, string container, ExecRequest request, CancellationToken ct)
    {
        try
        {
            await using var session = await runtime.ExecAsync(pod.Namespace, pod.Name, container, request, ct);
            return StreamStatus.OfExit(await new ExecStreams(socket, session).RunAsync(ct));
        }
        catch (PodRuntimeException e)
        {
            return StreamStatus.OfError(e.Reason, e.Message);
        }
    }
}
