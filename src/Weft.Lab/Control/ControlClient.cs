using System.Net.Sockets;
using System.Text.Json;
using Weft.Netlink.Libc;

namespace Weft.Lab.Control;

/// <summary>Asks a running lab over its control socket.</summary>
public static class ControlClient
{
    private const int MaxAnswer = 1 << 16;
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    /// <summary>Sends one request and reads its answer.</summary>
    /// <param name="lab">The lab's folder.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="passed">A socket of the host that the lab takes over, or null.</param>
    /// <param name="ct">Gives up waiting.</param>
    /// <exception cref="LabException">The lab does not run, or says that it cannot.</exception>
    public static async Task<ControlReply> AskAsync(LabDirectory lab, ControlRequest request, Socket? passed = null, CancellationToken ct = default)
    {
        using var socket = await ConnectAsync(lab, ct).ConfigureAwait(false);
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(request, LabJson.Default.ControlRequest), .. NewLine];
        if (passed is null)
            await socket.SendAsync(line, ct).ConfigureAwait(false);
        else
            UnixSockets.Send((int)socket.Handle, line, (int)passed.Handle);

        using var stream = new NetworkStream(socket, ownsSocket: false);
        var reply = await JsonSerializer.DeserializeAsync(stream, LabJson.Default.ControlReply, ct).ConfigureAwait(false)
            ?? throw new LabException($"lab '{lab.Name}' closed the connection without an answer: see {lab.SupervisorLog}");
        return reply.Error is null ? reply : throw new LabException(reply.Error);
    }

    /// <summary>Connects to the agent of a node; the connection is the caller's.</summary>
    /// <exception cref="LabException">The lab or the node does not run, or its agent does not answer.</exception>
    public static async Task<Socket> ConnectToAgentAsync(LabDirectory lab, string node, CancellationToken ct = default)
    {
        using var socket = await ConnectAsync(lab, ct).ConfigureAwait(false);
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(new ControlRequest(ControlVerb.Agent) { Node = node }, LabJson.Default.ControlRequest), .. NewLine];
        await socket.SendAsync(line, ct).ConfigureAwait(false);

        // What comes with bytes is lost to whoever only reads bytes: wait for them without taking any.
        await socket.ReceiveAsync(Memory<byte>.Empty, ct).ConfigureAwait(false);
        var buffer = new byte[MaxAnswer];
        var length = UnixSockets.Receive((int)socket.Handle, buffer, out var descriptors);
        if (descriptors is [var passed])
            return new Socket(new SafeSocketHandle(passed.Release(), ownsHandle: true));
        var error = length == 0 ? null : JsonSerializer.Deserialize(buffer.AsSpan(0, length), LabJson.Default.ControlReply)?.Error;
        throw new LabException(error ?? $"lab '{lab.Name}' closed the connection without an answer: see {lab.SupervisorLog}");
    }

    private static async Task<Socket> ConnectAsync(LabDirectory lab, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(lab.ControlSocket), ct).ConfigureAwait(false);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new LabException(
                Directory.Exists(lab.Path)
                    ? $"lab '{lab.Name}' does not answer ({e.Message}): `weft down` removes what is left of it, `weft up` starts it again"
                    : $"there is no lab '{lab.Name}': `weft up` starts one, `weft ls` lists them",
                e);
        }
    }
}
