using System.Runtime.InteropServices;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Namespaces;

/// <summary>Namespaces that a file keeps alive, where <c>ip netns</c> looks for them.</summary>
/// <remarks>Source: iproute2's ip-netns(8): a bind mount of the namespace on /run/netns/NAME, in a folder whose mounts are shared.</remarks>
public sealed partial class NetworkNamespace
{
    /// <summary>The folder in which <c>ip netns</c> finds namespaces by name.</summary>
    public const string NamedFolder = "/run/netns";

    private const uint FolderMode = 0b111_101_101;

    /// <summary>The path that stands for a name.</summary>
    /// <exception cref="ArgumentException">The name is empty or holds a slash, or is a dot or two.</exception>
    public static string PathOf(string name)
    {
        if (name.Length is 0 or > 255 || name is "." or ".." || name.Contains('/') || name.Contains('\0'))
            throw new ArgumentException($"'{name}' cannot name a network namespace: 1 to 255 characters without a slash", nameof(name));
        return $"{NamedFolder}/{name}";
    }

    /// <summary>Opens a namespace by its name, as <c>ip netns</c> shows it.</summary>
    /// <exception cref="NetlinkException">ENOENT: there is none of this name.</exception>
    public static NetworkNamespace OpenNamed(string name) => Open(PathOf(name));

    /// <summary>The names in use, in ordinal order.</summary>
    public static IReadOnlyList<string> Names()
    {
        if (!Directory.Exists(NamedFolder))
            return [];
        var names = new List<string>();
        foreach (var path in Directory.EnumerateFiles(NamedFolder))
            names.Add(Path.GetFileName(path));
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>Makes a namespace with a name: it stays until <see cref="Delete"/>, whatever becomes of this process.</summary>
    /// <exception cref="NetlinkException">EEXIST: the name is taken; EACCES or EPERM: /run/netns is not ours to write, or we may not mount.</exception>
    public static NetworkNamespace CreateNamed(string name)
    {
        var path = PathOf(name);
        PrepareFolder(NamedFolder);
        return CreatePinned(path);
    }

    /// <summary>Makes a namespace and pins it on a path that does not exist yet.</summary>
    /// <exception cref="NetlinkException">EEXIST: the file is there; ENOENT: its folder is not; EPERM: we may not mount.</exception>
    public static NetworkNamespace CreatePinned(string path)
    {
        var operation = $"pin network namespace on {path}";
        SafeFd.Own(Interop.Open(path, Interop.OpenReadOnly | Interop.OpenCreate | Interop.OpenExclusive | Interop.OpenCloexec, 0), operation).Dispose();
        try
        {
            return OnThread(
                static path =>
                {
                    Unshare();
                    if (Interop.Mount("/proc/thread-self/ns/net", path, "none", (nuint)MountFlags.Bind, data: null) < 0)
                        NetlinkException.ThrowLast($"pin network namespace on {path}");
                    return Open(path);
                },
                path);
        }
        catch
        {
            _ = Interop.Unlink(path);
            throw;
        }
    }

    /// <summary>Removes a name. The namespace itself goes when no process and no descriptor holds it any more.</summary>
    /// <exception cref="NetlinkException">ENOENT: there is none of this name.</exception>
    public static void Delete(string name) => DeletePinned(PathOf(name));

    /// <summary>Removes the pin on a path, and the file.</summary>
    /// <exception cref="NetlinkException">ENOENT: there is no such file; EBUSY: it is mounted in a place that we cannot see.</exception>
    public static void DeletePinned(string path)
    {
        // EINVAL: a file without a mount, left by a creator that died in between; unlinking it is all there is to do.
        var unmounted = Interop.Unmount(path, (int)UnmountFlags.Detach) == 0;
        if (!unmounted && Marshal.GetLastPInvokeError() is not (Errno.EINVAL or Errno.ENOENT))
            NetlinkException.ThrowLast($"unpin network namespace {path}");
        if (Interop.Unlink(path) < 0)
            NetlinkException.ThrowLast($"delete network namespace {path}");
    }

    // Shared, so that a deletion in one mount namespace reaches the others; the folder must be a mount of its own for that.
    private static void PrepareFolder(string folder)
    {
        const nuint MakeShared = (nuint)(MountFlags.Shared | MountFlags.Recursive);
        var created = Interop.MakeDirectory(folder, FolderMode) == 0;
        if (!created && Marshal.GetLastPInvokeError() != Errno.EEXIST)
            NetlinkException.ThrowLast($"create {folder}");
        if (Interop.Mount("", folder, "none", MakeShared, data: null) == 0)
            return;
        if (Interop.Mount(folder, folder, "none", (nuint)(MountFlags.Bind | MountFlags.Recursive), data: null) == 0
            && Interop.Mount("", folder, "none", MakeShared, data: null) == 0)
            return;
        var errno = Marshal.GetLastPInvokeError();
        if (created)
            _ = Interop.RemoveDirectory(folder);
        throw new NetlinkException($"share the mounts of {folder}", errno);
    }
}
