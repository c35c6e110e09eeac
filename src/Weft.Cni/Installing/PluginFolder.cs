using Weft.Cni.Plugins;

namespace Weft.Cni.Installing;

/// <summary>The folder in which container runtimes look for plugins: puts ours there and takes them away again.</summary>
/// <remarks>
/// Every plugin name is a link to one file, <c>weft-cni</c>, which is replaced by a rename: a call that runs keeps the old file, and no call finds
/// half of one. A plugin of somebody else stays; where it was to be replaced, it waits as <c>NAME.before-weft</c> until ours goes.
/// </remarks>
/// <param name="path">The folder, <c>/opt/cni/bin</c> on most nodes.</param>
public sealed class PluginFolder(string path)
{
    /// <summary>The file that holds all plugins.</summary>
    public const string BinaryName = "weft-cni";

    private const string Replaced = ".before-weft";
    private const UnixFileMode Program =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private string Binary => Path.Combine(path, BinaryName);

    /// <summary>Installs all plugins, or brings them up to date.</summary>
    /// <param name="source">The built binary.</param>
    /// <param name="force">Whether to replace plugins of somebody else.</param>
    /// <returns>What became of each name.</returns>
    /// <exception cref="IOException">The folder or the binary cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">We may not write there.</exception>
    public IReadOnlyList<PluginChange> Install(string source, bool force)
    {
        Directory.CreateDirectory(path);
        var changes = PluginCatalog.Types.Select(name => (Name: name, State: StateOf(name))).ToList();
        PutBinary(source);
        return [.. changes.Select(plugin => new PluginChange(plugin.Name, Put(plugin.Name, plugin.State, force)))];
    }

    /// <summary>Removes our plugins, and puts back those that they replaced.</summary>
    /// <returns>What became of each name that was there.</returns>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">We may not write there.</exception>
    public IReadOnlyList<PluginChange> Uninstall()
    {
        var changes = new List<PluginChange>();
        foreach (var name in PluginCatalog.Types)
        {
            var state = StateOf(name);
            if (state == PluginState.Ours)
                changes.Add(new PluginChange(name, Remove(name)));
            else if (state == PluginState.Foreign)
                changes.Add(new PluginChange(name, PluginOutcome.LeftAlone));
        }

        File.Delete(Binary);
        return changes;
    }

    private PluginOutcome Put(string name, PluginState state, bool force)
    {
        if (state == PluginState.Foreign && !force)
            return PluginOutcome.LeftAlone;
        if (state == PluginState.Foreign)
            File.Copy(Path.Combine(path, name), Path.Combine(path, name + Replaced), overwrite: true);
        var draft = Draft(name);
        File.CreateSymbolicLink(draft, BinaryName);
        File.Move(draft, Path.Combine(path, name), overwrite: true);
        return state switch
        {
            PluginState.Missing => PluginOutcome.Installed,
            PluginState.Ours => PluginOutcome.Updated,
            _ => PluginOutcome.Replaced,
        };
    }

    private PluginOutcome Remove(string name)
    {
        var file = Path.Combine(path, name);
        if (File.Exists(file + Replaced))
        {
            File.Move(file + Replaced, file, overwrite: true);
            return PluginOutcome.Restored;
        }

        File.Delete(file);
        return PluginOutcome.Removed;
    }

    private void PutBinary(string source)
    {
        var draft = Draft(BinaryName);
        using (var from = File.OpenRead(source))
        using (var to = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Program }))
        {
            from.CopyTo(to);
            to.Flush(flushToDisk: true);
        }

        // The mode of creation is narrowed by the umask, and the runtime may be another user.
        File.SetUnixFileMode(draft, Program);
        File.Move(draft, Binary, overwrite: true);
    }

    /// <summary>A name that no runtime calls; what an earlier try left there is removed.</summary>
    private string Draft(string name)
    {
        var draft = Path.Combine(path, $".{name}.new");
        File.Delete(draft);
        return draft;
    }

    /// <summary>Ours are links to our file, or copies of it, as they were copied by hand.</summary>
    private PluginState StateOf(string name)
    {
        var file = new FileInfo(Path.Combine(path, name));
        if (file.LinkTarget is { } target)
            return Path.GetFileName(target) == BinaryName ? PluginState.Ours : PluginState.Foreign;
        if (!file.Exists)
            return PluginState.Missing;
        return IsCopy(file) ? PluginState.Ours : PluginState.Foreign;
    }

    private bool IsCopy(FileInfo file)
    {
        var binary = new FileInfo(Binary);
        return binary.Exists && binary.Length == file.Length && File.ReadAllBytes(binary.FullName).AsSpan().SequenceEqual(File.ReadAllBytes(file.FullName));
    }

    private enum PluginState
    {
        Missing,
        Ours,
        Foreign,
    }
}
