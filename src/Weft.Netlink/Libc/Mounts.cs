namespace Weft.Netlink.Libc;

/// <summary>Flags of mount(2), with the values of sys/mount.h.</summary>
[Flags]
public enum MountFlags
{
    None = 0,
    ReadOnly = 1,
    NoSuid = 2,
    NoDev = 4,
    NoExec = 8,
    Remount = 32,
    NoAtime = 1024,
    Bind = 4096,
    Move = 8192,
    Recursive = 16384,
    Private = 1 << 18,
    Slave = 1 << 19,
    Shared = 1 << 20,
}

/// <summary>Flags of umount2(2).</summary>
[Flags]
public enum UnmountFlags
{
    None = 0,
    Force = 1,
    Detach = 2,
    NoFollow = 8,
}

/// <summary>Mounts, and what goes with building a root of one's own. They act on the mount namespace of the process.</summary>
public static class Mounts
{
    /// <summary>mount(2).</summary>
    /// <exception cref="NetlinkException">EPERM: CAP_SYS_ADMIN is missing in the user namespace that owns the mount namespace.</exception>
    public static void Mount(string source, string target, string? type, MountFlags flags = MountFlags.None, string? options = null)
    {
        if (Interop.Mount(source, target, type, (nuint)flags, options) < 0)
            NetlinkException.ThrowLast($"mount {type ?? source} on {target}");
    }

    /// <summary>Makes <paramref name="source"/> visible on <paramref name="target"/> too.</summary>
    /// <exception cref="NetlinkException">ENOENT: one of them is not there.</exception>
    public static void Bind(string source, string target, bool recursive = false)
    {
        var flags = recursive ? MountFlags.Bind | MountFlags.Recursive : MountFlags.Bind;
        if (Interop.Mount(source, target, type: null, (nuint)flags, data: null) < 0)
            NetlinkException.ThrowLast($"bind {source} on {target}");
    }

    /// <summary>
    /// Binds what <paramref name="source"/> names below an open folder, which may lie in another mount namespace; for a thread with a
    /// working directory of its own, which it changes.
    /// </summary>
    /// <remarks>Of other mount namespaces the kernel binds only namespaces themselves (do_loopback in fs/namespace.c).</remarks>
    public static void BindFrom(SafeFd folder, string source, string target)
    {
        if (Interop.ChangeDirectory(folder.Value) < 0 || Interop.Mount(source, target, type: null, (nuint)MountFlags.Bind, data: null) < 0)
            NetlinkException.ThrowLast($"bind {source} on {target}");
    }

    /// <summary>umount2(2).</summary>
    /// <exception cref="NetlinkException">EINVAL: nothing is mounted there; EBUSY: it is in use.</exception>
    public static void Unmount(string target, UnmountFlags flags = UnmountFlags.None)
    {
        if (Interop.Unmount(target, (int)flags) < 0)
            NetlinkException.ThrowLast($"unmount {target}");
    }

    /// <summary>pivot_root(2): <paramref name="newRoot"/>, itself a mount, becomes the root, the old root appears below it.</summary>
    public static void PivotRoot(string newRoot, string putOld)
    {
        if (Interop.PivotRoot(newRoot, putOld) < 0)
            NetlinkException.ThrowLast($"make {newRoot} the root");
    }

    /// <summary>chroot(2).</summary>
    public static void ChangeRoot(string path)
    {
        if (Interop.ChangeRoot(path) < 0)
            NetlinkException.ThrowLast($"chroot to {path}");
    }

    /// <summary>chdir(2).</summary>
    public static void ChangeDirectory(string path)
    {
        if (Interop.ChangeDirectory(path) < 0)
            NetlinkException.ThrowLast($"change to folder {path}");
    }
}
