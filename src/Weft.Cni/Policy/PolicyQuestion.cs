using System.Text.Json;
using Weft.Cni.Protocol;
using Weft.Model;

namespace Weft.Cni.Policy;

/// <summary>What the plugin asks the node's agent, and its answer: a line of JSON each.</summary>
/// <remarks>
/// <code>
/// {"namespace":"default","name":"db-0","uid":"…","attachment":"weft 0f3a… eth0","addresses":["10.244.1.7"]}
///                                  are the policies of this pod, at these addresses, in the kernel? Answered when they are
/// {…,"isolated":false}             the same of a pod that nobody can reach yet, and that is not isolated for the time being
/// {"gone":"weft 0f3a… eth0"}       this attachment is over
/// {}                               are you there?
/// {}                               yes
/// {"error":"…"}                    no
/// </code>
/// </remarks>
internal static class PolicyQuestion
{
    /// <summary>Whether the agent is there.</summary>
    public static ReadOnlySpan<byte> Ping => "{}"u8;

    /// <summary>Whether a pod's policies are in the kernel.</summary>
    /// <param name="pod">Namespace, name and uid of the pod; no uid where the runtime does not say.</param>
    /// <param name="attachment">What the attachment is known by.</param>
    /// <param name="addresses">The pod's.</param>
    /// <param name="isIsolated">Whether the agent is to take them out of their isolation.</param>
    public static byte[] Of((string Namespace, string Name, string? Uid) pod, string attachment, EquatableArray<CniAddress> addresses, bool isIsolated) => Write(writer =>
    {
        writer.WriteString("namespace", pod.Namespace);
        writer.WriteString("name", pod.Name);
        if (pod.Uid is { Length: > 0 } uid)
            writer.WriteString("uid", uid);
        writer.WriteString("attachment", attachment);
        writer.WriteStartArray("addresses");
        foreach (var address in addresses)
            writer.WriteStringValue(address.Address.ToString());
        writer.WriteEndArray();
        if (!isIsolated)
            writer.WriteBoolean("isolated", value: false);
    });

    /// <summary>That an attachment is over.</summary>
    public static byte[] Gone(string attachment) => Write(writer => writer.WriteString("gone", attachment));

    /// <summary>What the agent says is wrong; null for nothing.</summary>
    public static string? ErrorOf(byte[] answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return new JsonFields(document.RootElement).Text("error");
        }
        catch (JsonException)
        {
            return "its answer is no JSON";
        }
    }

    private static byte[] Write(Action<Utf8JsonWriter> fields)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
