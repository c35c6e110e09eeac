using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Weft.Lab.Native.StandIns;

namespace Weft.Lab.StandIns;

/// <summary>Gives WebSocket messages back in parts as they come, so that one of any size needs no memory.</summary>
internal static class WebSocketEcho
{
    /// <summary>Accepts with the first protocol that is offered, and echoes until the peer closes.</summary>
    public static async Task RunAsync(HttpContext context)
    {
        var ct = context.RequestAborted;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault()).ConfigureAwait(false);
        var buffer = new byte[Limits.ReadSize];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), ct).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                var status = socket.CloseStatus is { } given and not WebSocketCloseStatus.Empty ? given : WebSocketCloseStatus.NormalClosure;
                await socket.CloseOutputAsync(status, socket.CloseStatusDescription, ct).ConfigureAwait(false);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, ct).ConfigureAwait(false);
        }
    }
}
