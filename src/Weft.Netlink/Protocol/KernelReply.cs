namespace Weft.Netlink.Protocol;

/// <summary>What NLMSG_ERROR and NLMSG_DONE say: an error number, and the extended acknowledgement behind it.</summary>
/// <remarks>
/// <code>
/// struct nlmsgerr { int error; struct nlmsghdr msg; }   // then msg's payload unless NLM_F_CAPPED, then TLVs if NLM_F_ACK_TLVS
/// NLMSGERR_ATTR_MSG 1, OFFS 2, COOKIE 3, POLICY 4, MISS_TYPE 5, MISS_NEST 6
/// </code>
/// </remarks>
internal readonly struct KernelReply
{
    private const int ErrorLength = 4;
    private const ushort AttrMessage = 1;
    private const ushort AttrOffset = 2;
    private const ushort AttrMissingType = 5;

    private KernelReply(int errno, string? text, uint? offset, uint? missingType)
    {
        Errno = errno;
        Offset = offset;
        Text = missingType is { } missing ? $"{text ?? "an attribute is missing"} (attribute type {missing})" : text;
    }

    /// <summary>0, or a positive error number.</summary>
    public int Errno { get; }

    /// <summary>The kernel's words: the reason of an error, or a warning beside a success.</summary>
    public string? Text { get; }

    /// <summary>Where in the request the offending attribute starts.</summary>
    public uint? Offset { get; }

    public static KernelReply Read(NetlinkMessage message)
    {
        var payload = message.Payload;
        if (payload.Length < ErrorLength)
            return message.Type == NetlinkFlags.TypeDone ? default : new KernelReply(Libc.Errno.EBADMSG, text: null, offset: null, missingType: null);
        var error = Native.ReadInt32(payload);
        var errno = error is > -4096 and < 0 ? -error : error == 0 || message.Type == NetlinkFlags.TypeDone ? 0 : Libc.Errno.EBADMSG;
        var start = AttributesStart(message);
        return (message.Flags & NetlinkFlags.AckAttributes) == 0 || start > payload.Length
            ? new KernelReply(errno, text: null, offset: null, missingType: null)
            : ReadAttributes(errno, payload[start..]);
    }

    private static int AttributesStart(NetlinkMessage message)
    {
        if (message.Type == NetlinkFlags.TypeDone)
            return ErrorLength;
        const int Echoed = ErrorLength + NetlinkWriter.HeaderLength;
        if ((message.Flags & NetlinkFlags.Capped) != 0 || message.Payload.Length < Echoed)
            return Echoed;
        var length = Native.ReadUInt32(message.Payload[ErrorLength..]);
        return length > (uint)message.Payload.Length ? int.MaxValue : ErrorLength + Math.Max(NetlinkWriter.Align((int)length), NetlinkWriter.HeaderLength);
    }

    private static KernelReply ReadAttributes(int errno, ReadOnlySpan<byte> bytes)
    {
        var ignored = default(DecodeError);
        var attributes = new AttributeReader(bytes, ref ignored);
        string? text = null;
        uint? offset = null;
        uint? missing = null;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case AttrMessage: text = attributes.Text(); break;
                case AttrOffset: offset = attributes.U32(); break;
                case AttrMissingType: missing = attributes.U32(); break;
            }
        }

        return new KernelReply(errno, text, offset, missing);
    }
}
