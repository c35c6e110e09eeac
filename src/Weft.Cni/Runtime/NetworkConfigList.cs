using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.Cni.Protocol;

namespace Weft.Cni.Runtime;

/// <summary>A network as a runtime knows it: its name, its version and the chain of plugins that attach a container to it.</summary>
public sealed record NetworkConfigList
{
    /// <summary>The network's name.</summary>
    public required string Name { get; init; }

    /// <summary>The version that the plugins are spoken to in.</summary>
    public required CniVersion Version { get; init; }

    /// <summary>The plugins, in the order of ADD.</summary>
    public required IReadOnlyList<PluginConfig> Plugins { get; init; }

    /// <summary>Whether CHECK is to be left out.</summary>
    public bool DisableCheck { get; init; }

    /// <summary>Whether GC is to be left out.</summary>
    public bool DisableGarbageCollection { get; init; }

    /// <summary>The file that it came from, or another name for messages.</summary>
    public required string Source { get; init; }

    /// <summary>The document, in the form of a list; what the cache keeps.</summary>
    public required byte[] Document { get; init; }

    /// <summary>Reads a list (a document with <c>plugins</c>) or a single plugin's configuration, which becomes a list of one.</summary>
    /// <param name="json">The document.</param>
    /// <param name="source">The file's name, for messages.</param>
    /// <exception cref="CniException">It is malformed; the message begins with <paramref name="source"/>.</exception>
    public static NetworkConfigList Parse(ReadOnlySpan<byte> json, string source)
    {
        try
        {
            var root = JsonNode.Parse(json) as JsonObject
                ?? throw new CniException(CniErrorCode.Decoding, "the document is not a JSON object");
            return Read(root.ContainsKey("plugins") ? root : AsList(root), source);
        }
        catch (JsonException error)
        {
            throw new CniException(CniErrorCode.Decoding, $"{source}: not JSON: {error.Message}", inner: error);
        }
        catch (CniException error)
        {
            throw new CniException(error.Code, $"{source}: {error.Message}", error.Details, error);
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="CniException">It cannot be read or is malformed.</exception>
    public static NetworkConfigList Load(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CniException(CniErrorCode.Io, $"{path}: {error.Message}", inner: error);
        }
    }

    private static JsonObject AsList(JsonObject plugin) => new()
    {
        ["cniVersion"] = plugin["cniVersion"]?.DeepClone(),
        ["name"] = plugin["name"]?.DeepClone(),
        ["plugins"] = new JsonArray(plugin.DeepClone()),
    };

    private static NetworkConfigList Read(JsonObject root, string source)
    {
        var document = CniJson.ToBytes(writer => root.WriteTo(writer));
        using var parsed = JsonDocument.Parse(document);
        var fields = new JsonFields(parsed.RootElement);
        var name = fields.Text("name") ?? "";
        if (CniNames.CheckNetworkName(name) is { } complaint)
            throw complaint;
        var plugins = new List<PluginConfig>();
        foreach (var plugin in fields.Objects("plugins"))
            plugins.Add(PluginConfig.Read(plugin));
        if (plugins.Count == 0)
            throw new CniException(CniErrorCode.InvalidConfig, $"network \"{name}\" has no plugins in its list");
        return new NetworkConfigList
        {
            Name = name,
            Version = ReadVersion(fields),
            Plugins = plugins,
            DisableCheck = ReadFlag(fields, "disableCheck"),
            DisableGarbageCollection = ReadFlag(fields, "disableGC"),
            Source = source,
            Document = document,
        };
    }

    /// <summary><c>cniVersions</c> offers several, of which the newest common one is taken; <c>cniVersion</c> counts as one more.</summary>
    private static CniVersion ReadVersion(JsonFields fields)
    {
        var offered = new List<string>(fields.Texts("cniVersions"));
        if (fields.Text("cniVersion") is { Length: > 0 } single)
            offered.Add(single);
        if (offered.Count == 0)
            return CniVersion.V010;
        var versions = new List<CniVersion>();
        foreach (var text in offered)
            versions.Add(CniVersion.TryParse(text, out var version) ? version : throw Unsupported(text));
        return CniVersion.Newest(versions) ?? throw Unsupported(string.Join(", ", offered));
    }

    private static CniException Unsupported(string text) => new(
        CniErrorCode.IncompatibleVersion,
        $"unsupported cniVersion \"{text}\": set one of {string.Join(", ", CniVersion.All)}");

    /// <summary>The specification says boolean, the reference library also takes the word.</summary>
    private static bool ReadFlag(JsonFields fields, string name) => fields.Raw(name).ValueKind == JsonValueKind.String
        ? bool.TryParse(fields.Text(name), out var value) ? value : throw fields.Wrong(name, "true or false", fields.Text(name)!)
        : fields.Flag(name);
}
