using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weft.Node.Policies.Verdicts;

namespace Weft.KernelTests.Policies.Verdicts;

/// <summary>What a running agent says of its verdicts when it is asked on its socket.</summary>
internal static class AgentQuestions
{
    public static async Task<IReadOnlyList<NamedVerdict>> VerdictsAsync(string socket) =>
        [.. (await LinesAsync(socket)).Select(line => line.Verdict).OfType<NamedVerdict>()];

    public static async Task<long> UnloggedAsync(string socket) => (await LinesAsync(socket)).Sum(line => line.Unlogged);

    public static async Task<AuditReport> AuditAsync(string socket) =>
        JsonSerializer.Deserialize(Assert.Single(await AskAsync(socket, """{"audit":{}}""")), VerdictJson.Plain.AuditReport)!;

    private static async Task<IEnumerable<VerdictLine>> LinesAsync(string socket) =>
        (await AskAsync(socket, """{"verdicts":{}}""")).Select(line => JsonSerializer.Deserialize(line, VerdictJson.Plain.VerdictLine)!);

    private static async Task<IReadOnlyList<string>> AskAsync(string path, string question)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), limit.Token);
        await socket.SendAsync(Encoding.UTF8.GetBytes(question + "\n"), limit.Token);
        using var reader = new StreamReader(new NetworkStream(socket));
        var lines = new List<string>();
        while (await reader.ReadLineAsync(limit.Token) is { } line)
            lines.Add(line);
        return lines;
    }
}
