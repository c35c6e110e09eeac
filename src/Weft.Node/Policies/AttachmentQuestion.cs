using System.Text.Json;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Node.Sockets;

namespace Weft.Node.Policies;

/// <summary>The question of the CNI plugin weft-policy: does the kernel have the policies of a pod? It is answered when the kernel does.</summary>
/// <remarks>
/// <code>
/// {"namespace":"default","name":"db-0","addresses":["10.244.1.7"]}
/// </code>
/// </remarks>
/// <param name="attachments">Who waits.</param>
internal sealed class AttachmentQuestion(Attachments attachments)
{
    /// <summary>The property that tells the question.</summary>
    public const string Name = "addresses";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(600);

    /// <summary>Answers it.</summary>
    public async Task AnswerAsync(JsonElement question, AgentConnection connection, CancellationToken gone)
    {
        var (pod, addresses) = Read(question);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(gone);
        ended.CancelAfter(Patience);
        await attachments.WaitAsync(pod, addresses, ended.Token).ConfigureAwait(false);
        await connection.SendAsync("{}"u8.ToArray(), ended.Token).ConfigureAwait(false);
    }

    private static (ObjectKey Pod, EquatableArray<IpAddress> Addresses) Read(JsonElement question)
    {
        var addresses = question.GetProperty(Name).EnumerateArray().Select(item => IpAddress.Parse(item.GetString())).ToEquatableArray();
        return (new ObjectKey(question.GetProperty("namespace").GetString()!, question.GetProperty("name").GetString()!), addresses);
    }
}
