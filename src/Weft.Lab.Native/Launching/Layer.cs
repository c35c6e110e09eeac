using Weft.Netlink;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Launching;

/// <summary>A folder of the host with changes of our own on top: what was put into its upper folder beforehand hides the host's.</summary>
/// <remarks>
/// An overlay takes owner and mode of a folder from its upper layer, so places prepared there are ours even where the host's folder
/// belongs to a user that our namespace does not know. The kernel refuses an overlay over a folder with mounts of the host inside
/// (they are locked to it in a user namespace); then every entry is bound by itself.
/// </remarks>
internal static class Layer
{
    /// <summary>Shows <paramref name="lower"/> with <paramref name="upper"/> on top at <paramref name="target"/>, changes kept in upper.</summary>
    /// <param name="work">An empty folder beside upper, for the kernel.</param>
    public static void Show(string lower, string upper, string work, string target)
    {
        try
        {
            Mounts.Mount("overlay", target, "overlay", MountFlags.NoDev, $"lowerdir={Escape(lower)},upperdir={Escape(upper)},workdir={Escape(work)},userxattr");
        }
        catch (NetlinkException)
        {
            Fill(lower, upper);
            Mounts.Bind(upper, target, recursive: true);
        }
    }

    /// <summary>Shows a folder of the host as it is, to be read only.</summary>
    public static void ShowSealed(string source, string target)
    {
        Mounts.Bind(source, target, recursive: true);
        ReadOnlyMounts.Seal(target);
    }

    private static void Fill(string lower, string upper)
    {
        foreach (var entry in new DirectoryInfo(lower).EnumerateFileSystemInfos())
        {
            var place = Path.Combine(upper, entry.Name);
            if (Directory.Exists(place) && entry is DirectoryInfo { LinkTarget: null })
                Fill(entry.FullName, place);
            else if (!Path.Exists(place))
                Add(entry, place);
        }
    }

    private static void Add(FileSystemInfo entry, string place)
    {
        if (entry.LinkTarget is { } link)
        {
            File.CreateSymbolicLink(place, link);
            return;
        }

        Tree.MakePlace(place, isFile: entry is not DirectoryInfo);
        ShowSealed(entry.FullName, place);
    }

    // Commas part options and colons part layers (kernel: Documentation/filesystems/overlayfs.rst).
    private static string Escape(string path) => path.Replace("\\", "\\\\").Replace(",", "\\,").Replace(":", "\\:");
}
