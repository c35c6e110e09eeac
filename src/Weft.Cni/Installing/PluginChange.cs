namespace Weft.Cni.Installing;

/// <summary>What became of one plugin name in a runtime's folder.</summary>
/// <param name="Name">The plugin, <c>bridge</c> for example.</param>
/// <param name="Outcome">What was done.</param>
public readonly record struct PluginChange(string Name, PluginOutcome Outcome);

/// <summary>What was done about a plugin name.</summary>
public enum PluginOutcome
{
    /// <summary>It was not there and is now ours.</summary>
    Installed,

    /// <summary>It was ours and is up to date.</summary>
    Updated,

    /// <summary>It was somebody else's, which is kept under another name, and is now ours.</summary>
    Replaced,

    /// <summary>It is somebody else's and stays.</summary>
    LeftAlone,

    /// <summary>It was ours and is gone.</summary>
    Removed,

    /// <summary>It was ours and is again what it was before.</summary>
    Restored,
}
