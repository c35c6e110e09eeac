namespace Weft.Model.Nftables;

/// <summary>What a rule has made sure of about the packet's protocols, up to one of its statements.</summary>
/// <remarks>
/// The kernel reads header fields by offset, whatever the packet is. A rule is right only when it has asked for the protocol first; this is
/// the one place that knows which matches answer that question. Completing, encoding and decoding all walk rules with it.
/// </remarks>
public struct NftProtocols
{
    private const byte NfProtoIp = 2, NfProtoIp6 = 10;
    private const uint ArphrdEther = 1;

    private readonly NftFamily _family;

    /// <summary>What a table's family says by itself.</summary>
    public NftProtocols(NftFamily family)
    {
        _family = family;
        Network = family switch
        {
            NftFamily.Ip => NftNetworkProtocol.Ip,
            NftFamily.Ip6 => NftNetworkProtocol.Ip6,
            NftFamily.Arp => NftNetworkProtocol.Arp,
            _ => NftNetworkProtocol.Any,
        };
        HasEthernet = family is NftFamily.Bridge or NftFamily.Netdev;
    }

    /// <summary>The network protocol, or Any.</summary>
    public NftNetworkProtocol Network { get; private set; }

    /// <summary>The transport protocol, or 0.</summary>
    public byte Transport { get; private set; }

    /// <summary>Whether there is an Ethernet header.</summary>
    public bool HasEthernet { get; private set; }

    /// <summary>Takes note of a statement that the packet has passed.</summary>
    public void Observe(NftStatement statement)
    {
        if (statement is not NftMatch { Comparison: NftComparison.Equal, Left: NftMetaValue meta } match)
            return;
        if (meta.Key == NftMeta.L4Proto && match.Right.Length == 1)
            Transport = match.Right.Bytes[0];
        else if (meta.Key == NftMeta.Iiftype && match.Right == NftData.Host16((ushort)ArphrdEther))
            HasEthernet = true;
        else if (meta.Key is NftMeta.NfProto or NftMeta.Protocol && Network == NftNetworkProtocol.Any)
            Network = NetworkOf(match.Right.Bytes);
    }

    /// <summary>The matches that must come before a statement which reads <paramref name="field"/>, and takes note of them.</summary>
    /// <exception cref="ArgumentException">The table's family or an earlier match rules the field out.</exception>
    public void Require(NftFieldInfo field, List<NftStatement> guards)
    {
        if (field.Base == NftPayloadBase.Link && !HasEthernet)
            Add(new NftMetaValue(NftMeta.Iiftype).Is(ArphrdEther), guards);
        if (field.Network != NftNetworkProtocol.Any && field.Network != Network)
            RequireNetwork(field, guards);
        if (field.Transport != 0)
            RequireTransport(field.Transport, field.Name, guards);
    }

    /// <summary>The match that makes sure of a transport protocol, unless one already does.</summary>
    /// <exception cref="ArgumentException">An earlier match asks for another protocol.</exception>
    public void RequireTransport(byte protocol, string reader, List<NftStatement> guards)
    {
        if (Transport == protocol)
            return;
        if (Transport != 0)
            throw new ArgumentException($"'{reader}' cannot follow a match of protocol {Transport}", nameof(protocol));
        Add(Nft.L4Proto.Is(protocol), guards);
    }

    private void RequireNetwork(NftFieldInfo field, List<NftStatement> guards)
    {
        if (Network != NftNetworkProtocol.Any)
            throw new ArgumentException($"'{field.Name}' can never match: the rule or its table is for {Network} only", nameof(field));
        Add(_family == NftFamily.Inet ? Nft.NfProto.Is(NfProtoOf(field)) : Nft.Protocol.Is(EtherTypeOf(field.Network)), guards);
    }

    private void Add(NftStatement guard, List<NftStatement> guards)
    {
        guards.Add(guard);
        Observe(guard);
    }

    private static uint NfProtoOf(NftFieldInfo field) => field.Network switch
    {
        NftNetworkProtocol.Ip => NfProtoIp,
        NftNetworkProtocol.Ip6 => NfProtoIp6,
        _ => throw new ArgumentException($"'{field.Name}' is never seen by an inet table", nameof(field)),
    };

    private static uint EtherTypeOf(NftNetworkProtocol network) => network switch
    {
        NftNetworkProtocol.Ip => 0x0800,
        NftNetworkProtocol.Ip6 => 0x86DD,
        _ => 0x0806,
    };

    private static NftNetworkProtocol NetworkOf(ReadOnlySpan<byte> value) => value switch
    {
        [NfProtoIp] or [0x08, 0x00] => NftNetworkProtocol.Ip,
        [NfProtoIp6] or [0x86, 0xDD] => NftNetworkProtocol.Ip6,
        [0x08, 0x06] => NftNetworkProtocol.Arp,
        _ => NftNetworkProtocol.Any,
    };
}
