using Microsoft.AspNetCore.Http;

namespace Weft.ApiServer.Streaming;

/// <summary><c>kubectl attach</c>, as far as a log goes: the output of a running container from now on; its input cannot be reached.</summary>
internal static class AttachEndpoint
{
    private static readonly LogRequest FromNow = new(Follow: true, TailLines: 0, SinceSeconds: null, Timestamps: false, Previous: false, LimitBytes: null);

    public static async Task HandleAsync(HttpContext context, IPodRuntime runtime, PodReference pod)
    {
        var container = pod.Choose(context.Request.Query["container"]);
        if (context.Request.Query.Flag("stdin"))
            throw new PodRuntimeException("BadRequest", $"the input of container {container} cannot be attached to: use exec, or attach without --stdin");
        using var socket = await ChannelSocket.AcceptAsync(context);
        await socket.SendAsync(ChannelSocket.Stdout, default);
        using var left = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        _ = CancelWhenClosedAsync(socket, left);
        var status = StreamStatus.Success;
        try
        {
            await using var output = new ChannelStream(socket, ChannelSocket.Stdout);
            await runtime.LogsAsync(pod.Namespace, pod.Name, container, FromNow, output, left.Token);
        }
        catch (PodRuntimeException e)
        {
            status = StreamStatus.OfError(e.Reason, e.Message);
        }
        await socket.SendAsync(ChannelSocket.Error, status);
        await socket.FinishAsync();
    }

    private static async Task CancelWhenClosedAsync(ChannelSocket socket, CancellationTokenSource left)
    {
        await foreach (var _ in socket.ReceiveAsync())
        {
        }
        try
        {
            await left.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The log ended first.
        }
    }
}
