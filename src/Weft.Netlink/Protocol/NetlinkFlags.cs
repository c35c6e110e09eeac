namespace Weft.Netlink.Protocol;

/// <summary>Flags and control types of linux/netlink.h. Create, Exclusive and the like share values with Root and Match: the request decides.</summary>
public static class NetlinkFlags
{
    public const ushort Request = 0x1;
    public const ushort Multi = 0x2;
    public const ushort Ack = 0x4;
    public const ushort Echo = 0x8;
    public const ushort DumpInterrupted = 0x10;
    public const ushort DumpFiltered = 0x20;
    public const ushort Replace = 0x100;
    public const ushort Exclusive = 0x200;
    public const ushort Create = 0x400;
    public const ushort Append = 0x800;
    public const ushort Root = 0x100;
    public const ushort Match = 0x200;

    /// <summary>All objects, not one.</summary>
    public const ushort Dump = Root | Match;

    internal const ushort Capped = 0x100;
    internal const ushort AckAttributes = 0x200;
    internal const ushort TypeNoop = 1;
    internal const ushort TypeError = 2;
    internal const ushort TypeDone = 3;
    internal const ushort TypeOverrun = 4;
}
