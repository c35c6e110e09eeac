using Weft.Model;
using Weft.Model.Nodes;

namespace Weft.Node.Drivers;

/// <summary>The folder in which the container runtime looks for its network.</summary>
/// <param name="confDir">Folder of configurations.</param>
/// <param name="binDir">Folder of plugins.</param>
public sealed class CniFolder(string confDir, string binDir)
{
    /// <summary>Our file.</summary>
    public string Path { get; } = System.IO.Path.Combine(confDir, CniFile.Name);

    /// <summary>Our configuration, if it is there.</summary>
    public CniFile? Read()
    {
        try
        {
            return new CniFile(File.ReadAllText(Path));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Replaces our configuration: readers see the old file or the new one, whole.</summary>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">We may not.</exception>
    public void Write(CniFile file)
    {
        Directory.CreateDirectory(confDir);
        var hidden = System.IO.Path.Combine(confDir, $".{CniFile.Name}.tmp");
        File.WriteAllText(hidden, file.Content);
        File.Move(hidden, Path, overwrite: true);
    }

    /// <summary>Removes our configuration.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">We may not.</exception>
    public bool Remove()
    {
        var there = File.Exists(Path);
        if (there)
            File.Delete(Path);
        return there;
    }

    /// <summary>Names of the installed plugins, sorted; null when there is no such folder, or nothing in it.</summary>
    public EquatableArray<string>? Plugins()
    {
        try
        {
            var names = Directory.EnumerateFiles(binDir).Select(file => System.IO.Path.GetFileName(file)).Order(StringComparer.Ordinal).ToEquatableArray();
            return names.Count == 0 ? null : names;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
