namespace Weft.Lab.Native.Launching;

/// <summary>Paths of a root that is still being built below a folder.</summary>
internal static class Tree
{
    private const int LongestChain = 40;

    /// <summary>Where a path of the container leads when the links of the host's file system are followed.</summary>
    /// <remarks>/var/run/secrets is /run/secrets on most hosts; a folder of our own at /var/run would hide that link.</remarks>
    public static string Resolve(string path)
    {
        var parts = new Stack<string>();
        PushSteps(parts, Path.GetFullPath(path));
        var resolved = "/";
        for (var links = 0; parts.TryPop(out var part);)
        {
            var next = Path.Combine(resolved, part);
            if (new FileInfo(next).LinkTarget is { } target && links++ < LongestChain)
            {
                PushSteps(parts, Path.GetFullPath(target, resolved));
                resolved = "/";
            }
            else
            {
                resolved = next;
            }
        }

        return resolved;
    }

    /// <summary>The path below <paramref name="root"/>.</summary>
    public static string Under(string root, string path) => path == "/" ? root : root + path;

    /// <summary>Makes a place to mount on: a folder, or an empty file for a file.</summary>
    public static void MakePlace(string path, bool isFile)
    {
        if (Path.Exists(path))
            return;
        if (!isFile)
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, []);
    }

    private static void PushSteps(Stack<string> parts, string path)
    {
        var steps = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = steps.Length - 1; i >= 0; i--)
            parts.Push(steps[i]);
    }
}
