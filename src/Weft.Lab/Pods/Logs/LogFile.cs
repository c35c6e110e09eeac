using Microsoft.Win32.SafeHandles;

namespace Weft.Lab.Pods.Logs;

/// <summary>The log of one run of a container: the current file, and beside it what was rotated out.</summary>
internal sealed record LogFile(string Current)
{
    /// <summary>What the current file held before it was full.</summary>
    public string Former => $"{Current}.1";

    /// <summary>Opens the current file to append to.</summary>
    public SafeFileHandle OpenCurrent() => Open(Current);

    /// <summary>Opens the file for what is rotated out.</summary>
    public SafeFileHandle OpenFormer() => Open(Former);

    /// <summary>Removes both.</summary>
    public void Delete()
    {
        File.Delete(Current);
        File.Delete(Former);
    }

    private static SafeFileHandle Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return File.OpenHandle(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }
}
