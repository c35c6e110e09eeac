namespace Weft.Netlink.PacketLog;

/// <summary>Packets that log statements of the packet filter send to a group of listeners (NFLOG), of one network namespace.</summary>
public interface IPacketLog
{
    /// <summary>Packets as they are logged; null at the beginning, and where some were missed: the kernel drops what its listener does not read in time.</summary>
    /// <remarks>A listener that is too slow misses packets, which the next one tells of, and nothing else happens to it.</remarks>
    /// <param name="group">Number of the group; one listener each.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="NetlinkException">EBUSY: somebody else listens to the group, who is named; or the kernel has no NFLOG.</exception>
    IAsyncEnumerable<LoggedPacket?> ListenAsync(ushort group, CancellationToken cancel);
}

/// <summary>A packet that a rule logged.</summary>
/// <param name="Prefix">What the rule calls it; empty when nothing.</param>
/// <param name="Header">Addresses and ports; null when what was kept of the packet does not show them.</param>
/// <param name="InInterface">Number of the interface that it came by; 0 for none.</param>
/// <param name="OutInterface">Number of the interface that it leaves by; 0 for none.</param>
public readonly record struct LoggedPacket(string Prefix, PacketHeader? Header, int InInterface, int OutInterface)
{
    /// <summary>How many packets before this one were missed.</summary>
    public uint Missed { get; init; }
}
