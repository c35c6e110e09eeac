using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Tables, chains, rules and the generation, as the kernel lists them.</summary>
internal static class NftObjectDecoder
{
    internal static uint Generation(NetlinkMessage message, ref DecodeError error)
    {
        var attributes = message.Attributes(NftWire.HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            if (attributes.Type == Nfta.GenerationId)
                return attributes.U32BigEndian();
        }

        error.Report("the generation has no number");
        return 0;
    }

    internal static NftTable Table(NetlinkMessage message, ref DecodeError error)
    {
        var name = "";
        string? comment = null;
        var attributes = message.Attributes(NftWire.HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            if (attributes.Type == Nfta.TableName)
                name = attributes.Text();
            else if (attributes.Type == Nfta.TableUserData)
                comment = NftUserData.Find(attributes.Value);
        }

        return new NftTable(FamilyOf(message), name) { Comment = comment };
    }

    internal static NftListedChain Chain(NetlinkMessage message, ref DecodeError error)
    {
        string table = "", name = "", type = "";
        string? comment = null;
        uint policy = 1;
        NftBase? hook = null;
        var attributes = message.Attributes(NftWire.HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Nfta.ChainTable: table = attributes.Text(); break;
                case Nfta.ChainName: name = attributes.Text(); break;
                case Nfta.ChainType: type = attributes.Text(); break;
                case Nfta.ChainPolicy: policy = attributes.U32BigEndian(); break;
                case Nfta.ChainHook: hook = Hook(FamilyOf(message), attributes.Nested()); break;
                case Nfta.ChainUserData: comment = NftUserData.Find(attributes.Value); break;
            }
        }

        hook = hook is null ? null : hook with { Type = NftHooks.TypeOf(type), DropByDefault = policy == 0 };
        return new NftListedChain(new NftTableId(FamilyOf(message), table), new NftChain(name, hook, [], comment));
    }

    internal static NftListedRule Rule(NetlinkMessage message, IReadOnlyDictionary<string, NftSet> sets, ref DecodeError error)
    {
        var chain = "";
        string? comment = null;
        var program = new NftRuleProgram(FamilyOf(message), sets);
        var attributes = message.Attributes(NftWire.HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Nfta.RuleChain: chain = attributes.Text(); break;
                case Nfta.RuleExpressions: program.Run(attributes.Nested()); break;
                case Nfta.RuleUserData: comment = NftUserData.Find(attributes.Value); break;
            }
        }

        return new NftListedRule(chain, new NftRule(program.Statements, comment));
    }

    private static NftBase Hook(NftFamily family, AttributeReader attributes)
    {
        uint number = 0;
        var priority = 0;
        List<string> devices = [];
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Nfta.HookNumber: number = attributes.U32BigEndian(); break;
                case Nfta.HookPriority: priority = (int)attributes.U32BigEndian(); break;
                case Nfta.HookDevice: devices.Add(attributes.Text()); break;
                case Nfta.HookDevices:
                    devices.Clear();
                    var list = attributes.Nested();
                    while (list.MoveNext())
                        devices.Add(list.Text());
                    break;
            }
        }

        if (NftHooks.FromNumber(family, number) is not { } hook)
            attributes.Fail($"the family {family} has no hook {number}");
        else
            return new NftBase(NftChainType.Filter, hook, priority, DropByDefault: false, [.. devices.Distinct(StringComparer.Ordinal)]);
        return new NftBase(NftChainType.Filter, NftHook.Prerouting, priority);
    }

    internal static NftFamily FamilyOf(NetlinkMessage message) => message.Payload.IsEmpty ? default : (NftFamily)message.Payload[0];
}

/// <summary>A chain and the table it is in.</summary>
internal readonly record struct NftListedChain(NftTableId Table, NftChain Chain);

/// <summary>A rule and the chain it is in.</summary>
internal readonly record struct NftListedRule(string Chain, NftRule Rule);
