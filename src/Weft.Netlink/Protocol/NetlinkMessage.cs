namespace Weft.Netlink.Protocol;

/// <summary>One received message: its header and what follows it. The payload lives in the socket's buffer; copy what is to stay.</summary>
public readonly ref struct NetlinkMessage
{
    internal NetlinkMessage(ReadOnlySpan<byte> bytes)
    {
        Type = Native.ReadUInt16(bytes[4..]);
        Flags = Native.ReadUInt16(bytes[6..]);
        Sequence = Native.ReadUInt32(bytes[8..]);
        Port = Native.ReadUInt32(bytes[12..]);
        Payload = bytes[NetlinkWriter.HeaderLength..];
    }

    /// <summary>A message type of the protocol, or one of the control types below 16.</summary>
    public ushort Type { get; }

    /// <summary>See <see cref="NetlinkFlags"/>.</summary>
    public ushort Flags { get; }

    /// <summary>The sequence number of the request that this answers; 0 for notifications.</summary>
    public uint Sequence { get; }

    /// <summary>The port of the socket whose request this comes from; 0 for the kernel itself.</summary>
    public uint Port { get; }

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>The attributes behind a fixed header of the protocol of <paramref name="headerLength"/> bytes.</summary>
    public AttributeReader Attributes(int headerLength, ref DecodeError error)
    {
        var start = NetlinkWriter.Align(headerLength);
        if (Payload.Length >= start)
            return new AttributeReader(Payload[start..], ref error);
        if (Payload.Length < headerLength)
            error.Report("the message is shorter than its protocol header");
        return new AttributeReader([], ref error);
    }
}

/// <summary>Walks the messages of one datagram.</summary>
public ref struct MessageReader(ReadOnlySpan<byte> datagram)
{
    private ReadOnlySpan<byte> _rest = datagram;

    /// <summary>Whether the walk ended at bytes that are no message.</summary>
    public bool Malformed { get; private set; }

    /// <summary>The next message; false at the end, and at the first one that contradicts itself.</summary>
    public bool TryRead(out NetlinkMessage message)
    {
        message = default;
        if (_rest.IsEmpty || Malformed)
            return false;
        var length = _rest.Length < NetlinkWriter.HeaderLength ? 0 : Native.ReadUInt32(_rest);
        if (length < NetlinkWriter.HeaderLength || length > (uint)_rest.Length)
        {
            Malformed = true;
            return false;
        }

        message = new NetlinkMessage(_rest[..(int)length]);
        _rest = _rest[Math.Min(NetlinkWriter.Align((int)length), _rest.Length)..];
        return true;
    }
}
