using Weft.Model;

namespace Weft.Netlink.Conntrack;

/// <summary>One direction of a flow: who sends to whom.</summary>
/// <param name="Protocol">IANA protocol number.</param>
/// <param name="Source">Sender.</param>
/// <param name="SourcePort">Its port; 0 where the protocol has none.</param>
/// <param name="Destination">Receiver.</param>
/// <param name="DestinationPort">Its port; 0 where the protocol has none.</param>
public readonly record struct FlowTuple(byte Protocol, IpAddress Source, ushort SourcePort, IpAddress Destination, ushort DestinationPort)
{
    /// <summary>The way back.</summary>
    public FlowTuple Reversed => new(Protocol, Destination, DestinationPort, Source, SourcePort);

    /// <inheritdoc/>
    public override string ToString() => $"protocol {Protocol} {Text(Source, SourcePort)} -> {Text(Destination, DestinationPort)}";

    private static string Text(IpAddress address, ushort port) => address.IsV6 ? $"[{address}]:{port}" : $"{address}:{port}";
}

/// <summary>A connection, or a pair of UDP endpoints, that the kernel follows.</summary>
/// <param name="Original">As the first packet came in.</param>
/// <param name="Reply">As answers come in: <see cref="Original"/> turned round, but for what NAT replaced.</param>
/// <param name="Id">Tells this flow from a later one of the same addresses; 0 when unknown.</param>
/// <param name="Zone">Conntrack zone.</param>
public sealed record Flow(FlowTuple Original, FlowTuple Reply, uint Id = 0, ushort Zone = 0)
{
    /// <summary>Whether the receiver was replaced: the answer comes from elsewhere than the first packet went to.</summary>
    public bool HasNewDestination => Reply.Source != Original.Destination || Reply.SourcePort != Original.DestinationPort;
}

/// <summary>Which flows to list; what is null matches all.</summary>
public sealed record FlowFilter
{
    /// <summary>Address family.</summary>
    public bool? IsV6 { get; init; }

    /// <summary>IANA protocol number.</summary>
    public byte? Protocol { get; init; }

    /// <summary>Where the first packet went.</summary>
    public IpAddress? OriginalDestination { get; init; }

    /// <summary>To which port; only with <see cref="Protocol"/>.</summary>
    public ushort? OriginalDestinationPort { get; init; }

    /// <summary>Who answers.</summary>
    public IpAddress? ReplySource { get; init; }

    /// <summary>Whether it selects a flow.</summary>
    public bool Matches(Flow flow) =>
        (IsV6 ?? flow.Original.Source.IsV6) == flow.Original.Source.IsV6
        && (Protocol ?? flow.Original.Protocol) == flow.Original.Protocol
        && (OriginalDestination ?? flow.Original.Destination) == flow.Original.Destination
        && (OriginalDestinationPort ?? flow.Original.DestinationPort) == flow.Original.DestinationPort
        && (ReplySource ?? flow.Reply.Source) == flow.Reply.Source;
}

/// <summary>How full the kernel's table is, and what it had to drop since it came up.</summary>
/// <param name="Entries">Flows of this network namespace.</param>
/// <param name="Maximum">How many it takes (nf_conntrack_max); beyond, new connections are dropped.</param>
/// <param name="Drops">Packets that were dropped as no entry could be made.</param>
/// <param name="EarlyDrops">Entries that were dropped to make room for new ones.</param>
/// <param name="InsertFailures">Entries that lost against one of the same tuple.</param>
public readonly record struct ConntrackUsage(long Entries, long Maximum, long Drops, long EarlyDrops, long InsertFailures)
{
    /// <summary>Between 0 and 1; 0 when the maximum is unknown.</summary>
    public double Share => Maximum > 0 ? (double)Entries / Maximum : 0;
}
