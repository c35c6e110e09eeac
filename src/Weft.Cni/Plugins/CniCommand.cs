namespace Weft.Cni.Plugins;

/// <summary>What a runtime asks of a plugin (CNI_COMMAND).</summary>
public enum CniCommand
{
    /// <summary>Attach a container to the network.</summary>
    Add,

    /// <summary>Verify an attachment.</summary>
    Check,

    /// <summary>Detach a container, and tolerate whatever is gone already.</summary>
    Del,

    /// <summary>Remove what belongs to no valid attachment (1.1.0).</summary>
    Gc,

    /// <summary>Say whether ADD requests can be served (1.1.0).</summary>
    Status,

    /// <summary>List the versions that are spoken.</summary>
    Version,
}
