using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.Cni.Protocol;

namespace Weft.Cni.Runtime;

/// <summary>What the cache knows of one attachment.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="Container">What the plugins were handed.</param>
/// <param name="Config">The configuration list's document.</param>
/// <param name="Result">The result of ADD.</param>
public sealed record CachedAttachment(string Network, ContainerAttachment Container, byte[] Config, CniResult Result)
{
    private const string Kind = "cniCacheV1";

    /// <summary>The file's content, in the form of the reference library (libcni).</summary>
    internal byte[] ToBytes(CniVersion version) => CniJson.ToBytes(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("kind", Kind);
        writer.WriteString("containerId", Container.ContainerId);
        writer.WriteBase64String("config", Config);
        writer.WriteString("ifName", Container.InterfaceName);
        writer.WriteString("networkName", Network);
        writer.WriteString("netns", Container.Netns);
        WriteArguments(writer);
        if (Container.CapabilityArguments is { } settings)
        {
            writer.WritePropertyName("capabilityArgs");
            settings.WriteTo(writer);
        }

        writer.WritePropertyName("result");
        CniResultJson.Write(writer, Result, version);
        writer.WriteEndObject();
    });

    /// <summary>Reads a file's content; null when it is not one of these.</summary>
    internal static CachedAttachment? Read(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var fields = new JsonFields(document.RootElement);
            if (fields.Text("kind") != Kind || fields.Text("networkName") is not { } network || fields.Text("containerId") is not { } id)
                return null;
            var settings = fields.Raw("capabilityArgs");
            var container = new ContainerAttachment
            {
                ContainerId = id,
                InterfaceName = fields.Text("ifName") ?? "",
                Netns = fields.Text("netns") ?? "",
                Arguments = ReadArguments(fields),
                CapabilityArguments = settings.ValueKind == JsonValueKind.Object ? JsonNode.Parse(settings.GetRawText())!.AsObject() : null,
            };
            var config = fields.Text("config") is { } base64 ? Convert.FromBase64String(base64) : [];
            return new CachedAttachment(network, container, config, CniResultJson.Read(fields.Raw("result"), CniVersion.Current));
        }
        catch (Exception error) when (error is JsonException or CniException or FormatException)
        {
            return null;
        }
    }

    private static List<KeyValuePair<string, string>> ReadArguments(JsonFields fields)
    {
        var arguments = new List<KeyValuePair<string, string>>();
        foreach (var pair in fields.Items("cniArgs"))
        {
            if (pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2)
                arguments.Add(new(pair[0].GetString() ?? "", pair[1].GetString() ?? ""));
        }

        return arguments;
    }

    private void WriteArguments(Utf8JsonWriter writer)
    {
        if (Container.Arguments.Count == 0)
            return;
        writer.WriteStartArray("cniArgs");
        foreach (var (key, value) in Container.Arguments)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(key);
            writer.WriteStringValue(value);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }
}
