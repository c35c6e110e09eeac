namespace Weft.Model.Nftables;

/// <summary>A packet at a hook, as far as rules can see it. What is null or default the packet does not have.</summary>
public sealed record NftPacket
{
    /// <summary>Name of the interface it came in by; empty on output.</summary>
    public string InputInterface { get; init; } = "";

    /// <summary>Name of the interface it leaves by; empty on input and prerouting.</summary>
    public string OutputInterface { get; init; } = "";

    /// <summary>Hardware addresses, where there is an Ethernet header.</summary>
    public (MacAddress Source, MacAddress Destination)? Ethernet { get; init; }

    /// <summary>Source address.</summary>
    public required IpAddress Source { get; init; }

    /// <summary>Destination address.</summary>
    public required IpAddress Destination { get; init; }

    /// <summary>Transport protocol number.</summary>
    public byte Protocol { get; init; }

    /// <summary>Source port.</summary>
    public ushort SourcePort { get; init; }

    /// <summary>Destination port.</summary>
    public ushort DestinationPort { get; init; }

    /// <summary>Flags of a TCP segment; SYN by default, the first of a connection.</summary>
    public byte TcpFlags { get; init; } = 0x02;

    /// <summary>Type of an ICMP or ICMPv6 message.</summary>
    public byte IcmpType { get; init; }

    /// <summary>The packet mark.</summary>
    public uint Mark { get; init; }

    /// <summary>The priority.</summary>
    public uint Priority { get; init; }

    /// <summary>State of its connection.</summary>
    public NftCtState State { get; init; } = NftCtState.New;

    /// <summary>Status of its connection.</summary>
    public NftCtStatus Status { get; init; }

    /// <summary>The connection mark.</summary>
    public uint ConnectionMark { get; init; }
}

/// <summary>What the interpreter has to be told about the host, as it is in no packet.</summary>
/// <param name="TypeOf">Kind of an address in the host's routing (<c>fib daddr type</c>).</param>
/// <param name="Choose">Answers <c>numgen</c>: the modulus to a number below it.</param>
public sealed record NftHost(Func<IpAddress, NftAddressType> TypeOf, Func<uint, uint> Choose)
{
    /// <summary>A host without addresses that always chooses the first.</summary>
    public static readonly NftHost Bare = new(_ => NftAddressType.Unicast, _ => 0);
}
