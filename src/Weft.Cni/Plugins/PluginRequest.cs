using Weft.Cni.Protocol;

namespace Weft.Cni.Plugins;

/// <summary>One call of a plugin: the variables of the environment and the configuration from stdin, checked.</summary>
public sealed record PluginRequest
{
    /// <summary>What to do.</summary>
    public required CniCommand Command { get; init; }

    /// <summary>The container's id.</summary>
    public string ContainerId { get; init; } = "";

    /// <summary>Path of the container's network namespace; may be empty or gone on DEL.</summary>
    public string Netns { get; init; } = "";

    /// <summary>Name of the interface inside the container.</summary>
    public string InterfaceName { get; init; } = "";

    /// <summary>CNI_ARGS.</summary>
    public CniArguments Arguments { get; init; } = CniArguments.None;

    /// <summary>CNI_ARGS as text, handed on to a delegated plugin.</summary>
    public string ArgumentsText { get; init; } = "";

    /// <summary>CNI_PATH: where delegated plugins are looked for.</summary>
    public string SearchPath { get; init; } = "";

    /// <summary>The configuration as it came.</summary>
    public ReadOnlyMemory<byte> ConfigBytes { get; init; }

    /// <summary>The configuration's fields.</summary>
    public required JsonFields Config { get; init; }

    /// <summary>The network's name.</summary>
    public required string Network { get; init; }

    /// <summary>The configuration's version: the answer is in its shape.</summary>
    public required CniVersion Version { get; init; }

    /// <summary>The result of the plugin before this one, or of the last ADD; null when there is none.</summary>
    public CniResult? Previous { get; init; }

    /// <summary>What an attachment is known by within its network.</summary>
    public Attachment Attachment => new(ContainerId, InterfaceName);

    /// <summary>The attachments that are still wanted, for GC.</summary>
    /// <exception cref="CniException">The list is missing or malformed.</exception>
    public IReadOnlySet<Attachment> ValidAttachments()
    {
        const string key = "cni.dev/valid-attachments";
        const string earlier = "cni.dev/attachments";
        var name = Config.Raw(key).ValueKind == default ? earlier : key;
        if (Config.Raw(name).ValueKind == default)
            throw new CniException(CniErrorCode.InvalidConfig, $"GC needs \"{key}\" in the configuration");
        var valid = new HashSet<Attachment>();
        foreach (var item in Config.Objects(name))
            valid.Add(new Attachment(item.Text("containerID") ?? "", item.Text("ifname") ?? ""));
        return valid;
    }
}

/// <summary>What an attachment is known by within its network.</summary>
public readonly record struct Attachment(string ContainerId, string InterfaceName);
