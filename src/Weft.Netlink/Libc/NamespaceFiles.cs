namespace Weft.Netlink.Libc;

/// <summary>What identifies a namespace: the file on nsfs that stands for it.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode)
{
    // struct statx (linux/stat.h): the same layout on every architecture, unlike struct stat.
    private const int StatxSize = 256;
    private const int InodeOffset = 32;
    private const int DeviceMajorOffset = 136;
    private const int AtEmptyPath = 0x1000;
    private const uint StatxInode = 0x100;

    public static unsafe FileIdentity Of(SafeFd fd, string operation)
    {
        var buffer = stackalloc byte[StatxSize];
        byte empty = 0;
        if (Interop.Statx(fd.Value, &empty, AtEmptyPath, StatxInode, buffer) < 0)
            NetlinkException.ThrowLast(operation);
        return new FileIdentity(*(ulong*)(buffer + DeviceMajorOffset), *(ulong*)(buffer + InodeOffset));
    }
}

/// <summary>Tells namespace files from others.</summary>
internal static unsafe class NamespaceFiles
{
    // NS_GET_NSTYPE, _IO(0xb7, 0x3) in linux/nsfs.h: answers with the CLONE_NEW* of the namespace.
    private const nuint NsGetNsType = 0xB703;

    public static bool IsNetwork(SafeFd fd) => Interop.Ioctl(fd.Value, NsGetNsType, null) == (int)NamespaceKinds.Net;
}
