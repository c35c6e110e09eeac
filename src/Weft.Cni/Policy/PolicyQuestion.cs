using System.Text.Json;
using Weft.Cni.Protocol;
using Weft.Model;

namespace Weft.Cni.Policy;

/// <summary>What the plugin asks the node's agent, and its answer: a line of JSON each.</summary>
/// <remarks>
/// <code>
/// {"namespace":"default","name":"db-0","addresses":["10.244.1.7"]}    are the policies of this pod, at these addresses, in the kernel? Answered when they are
/// {}                                                                are you there?
/// {}                                                                yes
/// {"error":"…"}                                                     no
/// </code>
/// </remarks>
internal static class PolicyQuestion
{
    /// <summary>Whether the agent is there.</summary>
    public static ReadOnlySpan<byte> Ping => "{}"u8;

    /// <summary>Whether a pod's policies are in the kernel.</summary>
    public static byte[] Of(string ns, string name, EquatableArray<CniAddress> addresses)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("namespace", ns);
            writer.WriteString("name", name);
            writer.WriteStartArray("addresses");
            foreach (var address in addresses)
                writer.WriteStringValue(address.Address.ToString());
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

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
}
