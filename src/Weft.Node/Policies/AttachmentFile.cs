using System.Text;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Node.Policies;

/// <summary>
/// Remembers attachments of pods that run while the API server does not know their addresses yet, so that an agent that starts in between leaves them their
/// policies. A line each: <c>namespace name uid address,address id</c>, <c>-</c> for no uid. In /run it is gone with the pods when the machine starts anew.
/// </summary>
/// <param name="path">The file; null for none.</param>
internal sealed class AttachmentFile(string? path)
{
    /// <summary>What was written last; lines that are none are left out.</summary>
    public IReadOnlyList<PodAttachment> Read()
    {
        try
        {
            return path is null ? [] : [.. File.ReadLines(path).Select(Parse).OfType<PodAttachment>()];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Replaces it; readers see the old file or the new one, whole. Without a file system that takes it, nothing is remembered.</summary>
    public void Write(IEnumerable<PodAttachment> attachments)
    {
        if (path is null)
            return;
        var text = new StringBuilder();
        foreach (var item in attachments)
            text.Append(item.Pod.Namespace).Append(' ').Append(item.Pod.Name).Append(' ').Append(item.Uid ?? "-").Append(' ').AppendJoin(',', item.Addresses).Append(' ').Append(item.Id).Append('\n');
        try
        {
            File.WriteAllText($"{path}.new", text.ToString());
            File.Move($"{path}.new", path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The socket lies in the same folder: without it nobody asks.
        }
    }

    private static PodAttachment? Parse(string line)
    {
        if (line.Split(' ', 5) is not [var ns, var name, var uid, var list, var id])
            return null;
        var texts = list.Split(',');
        return Array.TrueForAll(texts, text => IpAddress.TryParse(text, out _))
            ? new PodAttachment(id, new ObjectKey(ns, name), uid == "-" ? null : uid, [.. texts.Select(text => IpAddress.Parse(text))])
            : null;
    }
}
