using System.Text.Json;
using Weft.Node.Sockets;

namespace Weft.Node.Policies.Verdicts;

/// <summary>Answers who asks for the verdicts of this node.</summary>
/// <remarks>
/// <code>
/// {"verdicts":{"follow":true}}     lines of <see cref="VerdictLine"/>: what is held, then what comes; without following, how much was not logged
/// {"audit":{}}                     a line with an <see cref="AuditReport"/>
/// </code>
/// </remarks>
internal sealed class VerdictQuestions(VerdictLog log, UnloggedPackets unlogged, Func<AuditReport> audit)
{
    /// <summary>The property that tells the question for verdicts.</summary>
    public const string Verdicts = "verdicts";

    /// <summary>The property that tells the question for audits.</summary>
    public const string Audit = "audit";

    /// <summary>Answers with verdicts.</summary>
    public async Task AnswerVerdictsAsync(JsonElement question, AgentConnection connection, CancellationToken gone)
    {
        var follow = question.GetProperty(Verdicts).TryGetProperty("follow", out var wish) && wish.GetBoolean();
        await foreach (var line in log.ReadAsync(follow, gone).ConfigureAwait(false))
            await SendAsync(line, connection, gone).ConfigureAwait(false);
        if (await unlogged.CountAsync(gone).ConfigureAwait(false) is > 0 and var more)
            await SendAsync(new VerdictLine { Unlogged = more }, connection, gone).ConfigureAwait(false);
    }

    /// <summary>Answers with the audit.</summary>
    public Task AnswerAuditAsync(JsonElement question, AgentConnection connection, CancellationToken gone) =>
        connection.SendAsync(JsonSerializer.SerializeToUtf8Bytes(audit(), VerdictJson.Plain.AuditReport), gone);

    private static Task SendAsync(VerdictLine line, AgentConnection connection, CancellationToken gone) =>
        connection.SendAsync(JsonSerializer.SerializeToUtf8Bytes(line, VerdictJson.Plain.VerdictLine), gone);
}
