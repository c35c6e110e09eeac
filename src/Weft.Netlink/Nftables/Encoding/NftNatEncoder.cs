using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Statements that rewrite addresses, or leave them and redirect.</summary>
internal static class NftNatEncoder
{
    internal static void Encode(ref NetlinkWriter writer, NftStatement statement, NftRuleEncoder registers)
    {
        switch (statement)
        {
            case NftNat nat:
                Nat(ref writer, nat, registers);
                break;
            case NftMasquerade masquerade:
                Masquerade(ref writer, masquerade);
                break;
            case NftRedirect redirect:
                Redirect(ref writer, redirect, registers);
                break;
            case NftTproxy tproxy:
                Tproxy(ref writer, tproxy, registers);
                break;
            default:
                throw new ArgumentException($"'{statement}' cannot be written", nameof(statement));
        }
    }

    private static void Nat(ref NetlinkWriter writer, NftNat nat, NftRuleEncoder registers)
    {
        var addressWords = nat.Family == NftFamily.Ip6 ? 4 : 1;
        var address = nat.To is { } to ? registers.Operand(ref writer, to) : -1;
        var port = nat.ToCarriesPort ? address + addressWords
            : nat.Port is { } other ? registers.Operand(ref writer, other, address < 0 ? 0 : addressWords) : -1;
        var frame = NftFrame.Open(ref writer, "nat");
        writer.PutU32BigEndian(NftaExpr.NatType, (uint)nat.Kind);
        writer.PutU32BigEndian(NftaExpr.NatFamily, (uint)nat.Family);
        if (address >= 0)
            NftFrame.PutRegister(ref writer, NftaExpr.NatAddressMin, address);
        if (port >= 0)
            NftFrame.PutRegister(ref writer, NftaExpr.NatPortMin, port);
        if (nat.Flags != NftNatFlags.None)
            writer.PutU32BigEndian(NftaExpr.NatFlags, (uint)nat.Flags);
        frame.Close(ref writer);
    }

    private static void Masquerade(ref NetlinkWriter writer, NftMasquerade masquerade)
    {
        var frame = NftFrame.Open(ref writer, "masq");
        if (masquerade.Flags != NftNatFlags.None)
            writer.PutU32BigEndian(NftaExpr.MasqueradeFlags, (uint)masquerade.Flags);
        frame.Close(ref writer);
    }

    private static void Redirect(ref NetlinkWriter writer, NftRedirect redirect, NftRuleEncoder registers)
    {
        var port = redirect.Port is { } value ? registers.Operand(ref writer, value) : -1;
        var frame = NftFrame.Open(ref writer, "redir");
        if (port >= 0)
            NftFrame.PutRegister(ref writer, NftaExpr.RedirectPortMin, port);
        frame.Close(ref writer);
    }

    private static void Tproxy(ref NetlinkWriter writer, NftTproxy tproxy, NftRuleEncoder registers)
    {
        var address = tproxy.Address is { } to ? registers.Operand(ref writer, to) : -1;
        var port = tproxy.Port is { } value ? registers.Operand(ref writer, value, tproxy.Address is null ? 0 : tproxy.Address.Type.PaddedLength / 4) : -1;
        var frame = NftFrame.Open(ref writer, "tproxy");
        writer.PutU32BigEndian(NftaExpr.TproxyFamily, (uint)tproxy.Family);
        if (address >= 0)
            NftFrame.PutRegister(ref writer, NftaExpr.TproxyAddress, address);
        if (port >= 0)
            NftFrame.PutRegister(ref writer, NftaExpr.TproxyPort, port);
        frame.Close(ref writer);
    }
}
