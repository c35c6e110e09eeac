namespace Weft.Model.Nftables;

/// <summary>The words that rules are written with: <c>Nft.Rule(Nft.Iifname.Is("eth0"), Nft.IpSaddr.NotIn("pods"), Nft.Drop)</c>.</summary>
/// <remarks>
/// Protocol guards (<c>meta nfproto ipv4</c> before <c>ip saddr</c> in an inet table) need not be written: <see cref="NftGuards.Complete(NftTable)"/>
/// puts them in, and the diff calls it.
/// </remarks>
public static class Nft
{
    public static readonly NftExpression Iifname = new NftMetaValue(NftMeta.Iifname);
    public static readonly NftExpression Oifname = new NftMetaValue(NftMeta.Oifname);
    public static readonly NftExpression Mark = new NftMetaValue(NftMeta.Mark);
    public static readonly NftExpression Priority = new NftMetaValue(NftMeta.Priority);
    public static readonly NftExpression L4Proto = new NftMetaValue(NftMeta.L4Proto);
    public static readonly NftExpression NfProto = new NftMetaValue(NftMeta.NfProto);
    public static readonly NftExpression Protocol = new NftMetaValue(NftMeta.Protocol);
    public static readonly NftExpression EtherSaddr = new NftPayload(NftField.EtherSaddr);
    public static readonly NftExpression EtherDaddr = new NftPayload(NftField.EtherDaddr);
    public static readonly NftExpression EtherType = new NftPayload(NftField.EtherType);
    public static readonly NftExpression IpSaddr = new NftPayload(NftField.IpSaddr);
    public static readonly NftExpression IpDaddr = new NftPayload(NftField.IpDaddr);
    public static readonly NftExpression Ip6Saddr = new NftPayload(NftField.Ip6Saddr);
    public static readonly NftExpression Ip6Daddr = new NftPayload(NftField.Ip6Daddr);
    public static readonly NftExpression ArpOperation = new NftPayload(NftField.ArpOperation);
    public static readonly NftExpression ArpSaddrIp = new NftPayload(NftField.ArpSaddrIp);
    public static readonly NftExpression ArpSaddrEther = new NftPayload(NftField.ArpSaddrEther);
    public static readonly NftExpression TransportSport = new NftPayload(NftField.TransportSport);
    public static readonly NftExpression TransportDport = new NftPayload(NftField.TransportDport);
    public static readonly NftExpression TcpDport = new NftPayload(NftField.TcpDport);
    public static readonly NftExpression UdpDport = new NftPayload(NftField.UdpDport);
    public static readonly NftExpression IcmpType = new NftPayload(NftField.IcmpType);
    public static readonly NftExpression Icmp6Type = new NftPayload(NftField.Icmp6Type);
    public static readonly NftExpression CtState = new NftCtValue(NftCt.State);
    public static readonly NftExpression CtStatus = new NftCtValue(NftCt.Status);
    public static readonly NftExpression CtMark = new NftCtValue(NftCt.Mark);

    /// <summary>Whether the destination is an address of this host (<c>fib daddr type</c>).</summary>
    public static readonly NftExpression DestinationType = new NftFib(NftFibResult.AddressType, NftFibInputs.Destination);

    public static readonly NftStatement Accept = new NftVerdictStatement(NftVerdict.Accept);
    public static readonly NftStatement Drop = new NftVerdictStatement(NftVerdict.Drop);
    public static readonly NftStatement Return = new NftVerdictStatement(NftVerdict.Return);
    public static readonly NftStatement Counter = new NftCounter();
    public static readonly NftStatement Masquerade = new NftMasquerade();
    public static readonly NftStatement Notrack = new NftNotrack();

    /// <summary>A rule.</summary>
    public static NftRule Rule(params ReadOnlySpan<NftStatement> statements) => new([.. statements]);

    /// <summary>Evaluates another chain, then comes back.</summary>
    public static NftStatement Jump(string chain) => new NftVerdictStatement(NftVerdict.Jump(chain));

    /// <summary>Evaluates another chain instead of the rest.</summary>
    public static NftStatement Goto(string chain) => new NftVerdictStatement(NftVerdict.Goto(chain));

    /// <summary>Several values as one key.</summary>
    public static NftExpression Concat(params ReadOnlySpan<NftExpression> items) => new NftConcat([.. items]);

    /// <summary>A base chain of type filter.</summary>
    public static NftChain FilterChain(string name, NftHook hook, int priority, params ReadOnlySpan<NftRule> rules) =>
        new(name, new NftBase(NftChainType.Filter, hook, priority), [.. rules]);

    /// <summary>A base chain of type nat.</summary>
    public static NftChain NatChain(string name, NftHook hook, int priority, params ReadOnlySpan<NftRule> rules) =>
        new(name, new NftBase(NftChainType.Nat, hook, priority), [.. rules]);

    /// <summary>A chain that other rules call.</summary>
    public static NftChain Chain(string name, params ReadOnlySpan<NftRule> rules) => new(name, null, [.. rules]);

    /// <summary>Rewrites the destination.</summary>
    public static NftStatement DestinationNat(IpAddress to, ushort? port = null) => new NftNat(
        NftNatKind.Destination, FamilyOf(to), Constant(to), port is { } number ? Constant(number) : null);

    /// <summary>Rewrites the source.</summary>
    public static NftStatement SourceNat(IpAddress to) => new NftNat(NftNatKind.Source, FamilyOf(to), Constant(to));

    /// <summary>Sets bits of the packet mark and leaves the others.</summary>
    public static NftStatement SetMarkBits(uint bits) => new NftSetMeta(NftMeta.Mark, new NftBitwise(Mark, NftData.Host32(~bits), NftData.Host32(bits)));

    /// <summary>An address as an expression.</summary>
    public static NftExpression Constant(IpAddress address) => new NftConstant(NftData.Of(address), address.IsV6 ? NftType.Ipv6Address : NftType.Ipv4Address);

    /// <summary>A port as an expression.</summary>
    public static NftExpression Constant(ushort port) => new NftConstant(NftData.Big16(port), NftType.Port);

    /// <summary>A mark as an expression.</summary>
    public static NftExpression ConstantMark(uint mark) => new NftConstant(NftData.Host32(mark), NftType.Mark);

    private static NftFamily FamilyOf(IpAddress address) => address.IsV6 ? NftFamily.Ip6 : NftFamily.Ip;
}
