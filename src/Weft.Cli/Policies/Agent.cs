using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Weft.Lab;
using Weft.Lab.Control;
using Weft.Model.Policies;

namespace Weft.Cli.Policies;

/// <summary>A node's agent, which can be asked on its socket: a line of JSON, and lines of JSON in answer.</summary>
/// <param name="Name">Of the node; where the agent is this machine's, of its socket.</param>
/// <param name="ConnectAsync">Connects to it.</param>
internal sealed record Agent(string Name, Func<CancellationToken, Task<Socket>> ConnectAsync)
{
    /// <summary>The agents of a lab; where no lab of that name runs, the one of this machine.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="node">The only node that counts; null for all.</param>
    /// <param name="socket">Where this machine's agent answers; null to look for the lab first.</param>
    /// <exception cref="LabException">There is no such lab, node or agent.</exception>
    public static IReadOnlyList<Agent> Find(LabDirectory lab, string? node, string? socket)
    {
        if (socket is not null)
            return [new Agent(socket, ct => ConnectToAsync(socket, ct))];
        if (!File.Exists(lab.ControlSocket))
        {
            return File.Exists(StartingPods.Socket)
                ? [new Agent(StartingPods.Socket, ct => ConnectToAsync(StartingPods.Socket, ct))]
                : throw new LabException($"there is no running lab '{lab.Name}', and no agent of this machine at {StartingPods.Socket}: `weft up` starts a lab, `weft ls` lists them");
        }

        var nodes = lab.ReadSpec()?.NodeNames ?? [];
        return node is null || nodes.Contains(node)
            ? [.. nodes.Where(each => node is null || each == node).Select(each => new Agent(each, ct => ControlClient.ConnectToAgentAsync(lab, each, ct)))]
            : throw new LabException($"there is no node '{node}': the lab has {string.Join(", ", nodes)}");
    }

    /// <summary>Asks, and gives the lines of the answer until the agent has said all, or goes away.</summary>
    /// <exception cref="LabException">It cannot be reached, or cannot answer; the message says why.</exception>
    public async IAsyncEnumerable<string> AskAsync(string question, [EnumeratorCancellation] CancellationToken ct)
    {
        using var socket = await ConnectAsync(ct);
        await socket.SendAsync(Encoding.UTF8.GetBytes(question + "\n"), ct);
        using var reader = new StreamReader(new NetworkStream(socket, ownsSocket: false));
        while (await ReadAsync(reader, ct) is { } line)
        {
            if (line.StartsWith("{\"error\":", StringComparison.Ordinal))
                throw new LabException($"{Name}: {JsonDocument.Parse(line).RootElement.GetProperty("error").GetString()}");
            yield return line;
        }
    }

    // Killed, an agent resets its connections.
    private static async Task<string?> ReadAsync(StreamReader reader, CancellationToken ct)
    {
        try
        {
            return await reader.ReadLineAsync(ct);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task<Socket> ConnectToAsync(string path, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new LabException($"nobody answers at {path} ({(File.Exists(path) ? e.Message : "there is no such socket")}): does `weft node run` run on this machine, and may this user ask it?", e);
        }
    }
}
