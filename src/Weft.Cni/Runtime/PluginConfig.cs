using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.Cni.Protocol;

namespace Weft.Cni.Runtime;

/// <summary>One plugin of a chain: its type, what it is capable of, and its configuration as written.</summary>
/// <param name="Type">The name of the executable.</param>
/// <param name="Capabilities">The runtime settings that it wants to be handed.</param>
/// <param name="Json">The object as written.</param>
public sealed record PluginConfig(string Type, IReadOnlyList<string> Capabilities, string Json)
{
    /// <summary>Reads one entry of <c>plugins</c>.</summary>
    /// <exception cref="CniException">There is no type, or it is a path.</exception>
    internal static PluginConfig Read(JsonFields fields)
    {
        var type = fields.Text("type");
        if (string.IsNullOrEmpty(type))
            throw new CniException(CniErrorCode.InvalidConfig, $"{fields.Path}: missing 'type'");
        if (type.Contains('/'))
            throw new CniException(CniErrorCode.InvalidConfig, $"{fields.Path}: type \"{type}\" must be the name of a plugin, not a path");
        var capabilities = new List<string>();
        var declared = fields.Object("capabilities");
        if (declared.Exists)
        {
            foreach (var property in declared.Element.EnumerateObject())
            {
                if (property.Value.ValueKind == JsonValueKind.True)
                    capabilities.Add(property.Name);
            }
        }

        return new PluginConfig(type, capabilities, fields.Element.GetRawText());
    }

    /// <summary>What the plugin gets on stdin: its object with the network's name and version and <paramref name="extra"/> put in.</summary>
    internal byte[] ForPlugin(NetworkConfigList list, params ReadOnlySpan<(string Key, JsonNode? Value)> extra)
    {
        var config = JsonNode.Parse(Json)!.AsObject();
        config["name"] = list.Name;
        config["cniVersion"] = list.Version.ToString();
        foreach (var (key, value) in extra)
        {
            if (value is not null)
                config[key] = value;
        }

        return CniJson.ToBytes(writer => config.WriteTo(writer));
    }

    /// <summary>The part of the runtime's settings that this plugin is capable of, or null when that is none.</summary>
    internal JsonObject? RuntimeConfig(JsonObject? settings)
    {
        JsonObject? matching = null;
        foreach (var capability in Capabilities)
        {
            if (settings?[capability] is { } value)
                (matching ??= [])[capability] = value.DeepClone();
        }

        return matching;
    }
}
