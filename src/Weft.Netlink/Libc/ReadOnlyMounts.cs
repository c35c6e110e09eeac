using System.Text;

namespace Weft.Netlink.Libc;

/// <summary>Makes mounts read-only with everything below them, which mount(2) cannot (mount_setattr(2), Linux 5.12).</summary>
public static unsafe class ReadOnlyMounts
{
    private const int MountSetAttributes = 442;
    private const int CurrentFolder = -100;
    private const nuint Recursive = 0x8000;
    private const ulong ReadOnly = 1;

    /// <summary>Makes the mount at a path and those below it read-only; the other flags stay.</summary>
    /// <exception cref="NetlinkException">ENOSYS: the kernel is older; EINVAL: nothing is mounted there.</exception>
    public static void Seal(string path)
    {
        // struct mount_attr { u64 attr_set, attr_clr, propagation, userns_fd; } (linux/mount.h)
        var attributes = stackalloc ulong[4] { ReadOnly, 0, 0, 0 };
        var bytes = Encoding.UTF8.GetBytes(path + '\0');
        fixed (byte* pointer = bytes)
        {
            if (Interop.SystemCall(MountSetAttributes, CurrentFolder, pointer, Recursive, attributes, 4 * sizeof(ulong)) < 0)
                NetlinkException.ThrowLast($"make {path} read-only");
        }
    }
}
