using System.Text.Json;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Node.Sockets;

namespace Weft.Node.Policies;

/// <summary>What the CNI plugin weft-policy asks: does the kernel have the policies of a pod? And what it tells: a pod's network is taken away.</summary>
/// <remarks>
/// <code>
/// {"namespace":"default","name":"db-0","uid":"…","attachment":"weft 0f3a… eth0","addresses":["10.244.1.7"]}    answered when the kernel has them
/// {…,"isolated":false}                                                                                        the same of a pod that is not isolated until then
/// {"gone":"weft 0f3a… eth0"}                                                                                  answered at once
/// </code>
/// Plugins of former versions send neither uid nor attachment, and isolate pods. An agent of a former version looks for isolated pods in any case.
/// </remarks>
/// <param name="attachments">Who waits.</param>
internal sealed class AttachmentQuestion(Attachments attachments)
{
    /// <summary>The property that tells the question.</summary>
    public const string Name = "addresses";

    /// <summary>The property that tells of an attachment that is over.</summary>
    public const string Gone = "gone";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(600);

    /// <summary>Answers the question.</summary>
    public async Task AnswerAsync(JsonElement question, AgentConnection connection, CancellationToken gone)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(gone);
        ended.CancelAfter(Patience);
        await attachments.WaitAsync(Read(question), ended.Token).ConfigureAwait(false);
        await connection.SendAsync("{}"u8.ToArray(), ended.Token).ConfigureAwait(false);
    }

    /// <summary>Notes what the plugin tells.</summary>
    public Task NoteGoneAsync(JsonElement told, AgentConnection connection, CancellationToken gone)
    {
        attachments.End(told.GetProperty(Gone).GetString() ?? "");
        return connection.SendAsync("{}"u8.ToArray(), gone);
    }

    private static WaitingPod Read(JsonElement question)
    {
        var addresses = question.GetProperty(Name).EnumerateArray().Select(item => IpAddress.Parse(item.GetString())).ToEquatableArray();
        var pod = new ObjectKey(question.GetProperty("namespace").GetString()!, question.GetProperty("name").GetString()!);
        var isIsolated = !question.TryGetProperty("isolated", out var told) || told.GetBoolean();
        return new WaitingPod(new PodAttachment(Text("attachment") ?? pod.ToString(), pod, Text("uid"), addresses), isIsolated);

        string? Text(string name) => question.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text ? text : null;
    }
}
