using System.Text.Json;
using Weft.Cni.Protocol;

namespace Weft.Cni.Plugins;

/// <summary>Makes a <see cref="PluginRequest"/> of the environment and stdin, in the order of checks of the reference library.</summary>
internal static class RequestReader
{
    /// <summary>Reads and checks.</summary>
    /// <param name="commandText">CNI_COMMAND.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <param name="input">The configuration.</param>
    /// <param name="version">Set to the configuration's version as soon as it is known: errors are answered in it.</param>
    public static PluginRequest Read(string commandText, Func<string, string?> environment, Stream input, ref CniVersion version)
    {
        var command = ParseCommand(commandText);
        CheckEnvironment(command, environment);
        var bytes = ReadAll(input);
        var config = new JsonFields(Parse(bytes));
        var network = config.Text("name") ?? "";
        var request = new PluginRequest
        {
            Command = command,
            ContainerId = environment("CNI_CONTAINERID") ?? "",
            Netns = environment("CNI_NETNS") ?? "",
            InterfaceName = environment("CNI_IFNAME") ?? "",
            SearchPath = environment("CNI_PATH") ?? "",
            ArgumentsText = environment("CNI_ARGS") ?? "",
            ConfigBytes = bytes,
            Config = config,
            Network = network,
            Version = default,
        };
        CheckNames(request);
        version = ReadVersion(config);
        CheckCommand(command, version);
        var previous = config.Raw("prevResult");
        return request with
        {
            Version = version,
            Arguments = CniArguments.Parse(request.ArgumentsText),
            Previous = previous.ValueKind == JsonValueKind.Undefined ? null : CniResultJson.Read(previous, version),
        };
    }

    private static CniCommand ParseCommand(string text) => text switch
    {
        "ADD" => CniCommand.Add,
        "CHECK" => CniCommand.Check,
        "DEL" => CniCommand.Del,
        "GC" => CniCommand.Gc,
        "STATUS" => CniCommand.Status,
        _ => throw new CniException(CniErrorCode.InvalidEnvironment, $"unknown CNI_COMMAND: {text}"),
    };

    private static void CheckEnvironment(CniCommand command, Func<string, string?> environment)
    {
        ReadOnlySpan<string> required = command switch
        {
            CniCommand.Add or CniCommand.Check => ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"],
            CniCommand.Del => ["CNI_CONTAINERID", "CNI_IFNAME", "CNI_PATH"],
            _ => ["CNI_PATH"],
        };
        var missing = new List<string>();
        foreach (var name in required)
        {
            if (string.IsNullOrEmpty(environment(name)))
                missing.Add(name);
        }

        if (missing.Count > 0)
            throw new CniException(CniErrorCode.InvalidEnvironment, $"required env variables [{string.Join(',', missing)}] missing");
    }

    private static byte[] ReadAll(Stream input)
    {
        try
        {
            var buffer = new MemoryStream();
            input.CopyTo(buffer);
            return buffer.ToArray();
        }
        catch (IOException error)
        {
            throw new CniException(CniErrorCode.Io, $"error reading from stdin: {error.Message}", inner: error);
        }
    }

    private static JsonElement Parse(byte[] bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes).RootElement;
        }
        catch (JsonException error)
        {
            throw new CniException(CniErrorCode.Decoding, $"error unmarshall network config: {error.Message}", inner: error);
        }
    }

    private static void CheckNames(PluginRequest request)
    {
        var complaint = CniNames.CheckNetworkName(request.Network);
        if (complaint is null && request.Command is CniCommand.Add or CniCommand.Check or CniCommand.Del)
            complaint = CniNames.CheckContainerId(request.ContainerId) ?? CniNames.CheckInterfaceName(request.InterfaceName);
        if (complaint is not null)
            throw complaint;
    }

    private static CniVersion ReadVersion(JsonFields config)
    {
        var text = config.Text("cniVersion");
        if (CniVersion.TryParse(text, out var version) && version.IsKnown)
            return version;
        var known = string.Join(' ', CniVersion.All.Select(each => $"\"{each}\""));
        throw new CniException(CniErrorCode.IncompatibleVersion, "incompatible CNI versions", $"config is \"{text}\", plugin supports [{known}]");
    }

    private static void CheckCommand(CniCommand command, CniVersion version)
    {
        var exists = command switch
        {
            CniCommand.Check => version.HasCheck,
            CniCommand.Gc or CniCommand.Status => version.HasGarbageCollection,
            _ => true,
        };
        if (!exists)
            throw new CniException(CniErrorCode.IncompatibleVersion, $"config version does not allow {command.ToString().ToUpperInvariant()}");
    }
}
