using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Statements that rewrite addresses, or leave them and redirect.</summary>
internal static class NftNatDecoder
{
    internal static bool Decode(NftRuleProgram program, string name, ref AttributeReader attributes) => name switch
    {
        "nat" => Nat(program, ref attributes),
        "masq" => Masquerade(program, ref attributes),
        "redir" => Redirect(program, ref attributes),
        _ => Tproxy(program, ref attributes),
    };

    private static bool Nat(NftRuleProgram program, ref AttributeReader attributes)
    {
        uint? address = null, addressMax = null, port = null, portMax = null;
        uint kind = 0, family = 0, flags = 0;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NftaExpr.NatType: kind = attributes.U32BigEndian(); break;
                case NftaExpr.NatFamily: family = attributes.U32BigEndian(); break;
                case NftaExpr.NatAddressMin: address = attributes.U32BigEndian(); break;
                case NftaExpr.NatAddressMax: addressMax = attributes.U32BigEndian(); break;
                case NftaExpr.NatPortMin: port = attributes.U32BigEndian(); break;
                case NftaExpr.NatPortMax: portMax = attributes.U32BigEndian(); break;
                case NftaExpr.NatFlags: flags = attributes.U32BigEndian(); break;
            }
        }

        var isRange = (addressMax is not null && addressMax != address) || (portMax is not null && portMax != port);
        if (kind > 1 || family is not ((uint)NftFamily.Ip or (uint)NftFamily.Ip6) || isRange)
            return false;
        return Target(program, (NftFamily)family, address, port, out var to, out var toPort)
            && Emit(program, new NftNat((NftNatKind)kind, (NftFamily)family, to, toPort, FlagsOf(flags)));
    }

    private static bool Target(
        NftRuleProgram program, NftFamily family, uint? addressNumber, uint? portNumber, out NftExpression? to, out NftExpression? port)
    {
        to = null;
        port = null;
        var address = addressNumber is { } first ? NftRegisters.IndexOf(first) : -1;
        if (address is not { } start)
            return false;
        if (start >= 0 && (to = program.Registers.Read(start, family == NftFamily.Ip6 ? NftType.Ipv6Address : NftType.Ipv4Address)) is null)
            return false;
        if (portNumber is not { } second)
            return true;
        if (NftRegisters.IndexOf(second) is not ({ } other and >= 0))
            return false;
        if (start >= 0 && program.Registers.IsInside(other, start))
            return true;
        port = program.Registers.Read(other, NftType.Port);
        return port is not null;
    }

    private static bool Masquerade(NftRuleProgram program, ref AttributeReader attributes)
    {
        uint flags = 0;
        while (attributes.MoveNext())
        {
            if (attributes.Type != NftaExpr.MasqueradeFlags)
                return false;
            flags = attributes.U32BigEndian();
        }

        return Emit(program, new NftMasquerade(FlagsOf(flags)));
    }

    private static bool Redirect(NftRuleProgram program, ref AttributeReader attributes)
    {
        uint? port = null;
        while (attributes.MoveNext())
        {
            if (attributes.Type == NftaExpr.RedirectPortMin)
                port = attributes.U32BigEndian();
        }

        return Target(program, NftFamily.Ip, addressNumber: null, port, out _, out var value) && Emit(program, new NftRedirect(value));
    }

    private static bool Tproxy(NftRuleProgram program, ref AttributeReader attributes)
    {
        uint family = 0;
        uint? address = null, port = null;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NftaExpr.TproxyFamily: family = attributes.U32BigEndian(); break;
                case NftaExpr.TproxyAddress: address = attributes.U32BigEndian(); break;
                case NftaExpr.TproxyPort: port = attributes.U32BigEndian(); break;
            }
        }

        return family <= byte.MaxValue
            && Target(program, (NftFamily)family, address, port, out var to, out var value)
            && Emit(program, new NftTproxy((NftFamily)family, to, value));
    }

    // The kernel itself sets the bits for "map addresses" and "map ports" (1 and 2) from the registers that are given.
    private static NftNatFlags FlagsOf(uint flags) =>
        (NftNatFlags)flags & (NftNatFlags.Random | NftNatFlags.Persistent | NftNatFlags.FullyRandom);

    private static bool Emit(NftRuleProgram program, NftStatement statement)
    {
        program.Emit(statement);
        return true;
    }
}
