namespace Weft.Netlink.Protocol;

/// <summary>Finds the number that the kernel gave to a family of generic netlink.</summary>
/// <remarks>
/// <code>
/// struct genlmsghdr { __u8 cmd; __u8 version; __u16 reserved; }   // linux/genetlink.h
/// GENL_ID_CTRL 16, CTRL_CMD_GETFAMILY 3, CTRL_ATTR_FAMILY_ID 1, CTRL_ATTR_FAMILY_NAME 2
/// </code>
/// </remarks>
internal static class GenericFamily
{
    private const ushort Control = 16;
    private const byte GetFamily = 3;
    private const ushort FamilyId = 1;
    private const ushort FamilyName = 2;
    private const int RequestSize = 128;

    /// <summary>Length of struct genlmsghdr.</summary>
    public const int HeaderLength = 4;

    /// <summary>The number; asking loads the module where there is one.</summary>
    /// <exception cref="NetlinkException">ENOENT: the kernel has no such family.</exception>
    public static ushort Find(NetlinkSocket socket, string name)
    {
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        Begin(ref writer, Control, GetFamily, version: 1);
        writer.PutString(FamilyName, name);
        return socket.Get<FamilyNumber>(writer.Complete(), new Operation("find generic netlink family", name), Read).Value;
    }

    /// <summary>Starts a message of a family.</summary>
    public static void Begin(ref NetlinkWriter writer, ushort family, byte command, byte version)
    {
        writer.Begin(family, 0);
        var header = writer.Reserve(HeaderLength);
        header[0] = command;
        header[1] = version;
    }

    private sealed record FamilyNumber(ushort Value);

    private static FamilyNumber? Read(NetlinkMessage message, ref DecodeError error)
    {
        var attributes = message.Attributes(HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            if (attributes.Type == FamilyId)
                return new FamilyNumber(attributes.U16());
        }

        return null;
    }
}
