using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Tables, chains and rules as messages.</summary>
internal static class NftObjectEncoder
{
    private const uint Accept = 1, Drop = 0;

    internal static void AddTable(ref NetlinkWriter writer, NftTableId table, string? comment)
    {
        NftMessages.Begin(ref writer, NftWire.NewTable, NetlinkFlags.Create, table.Family);
        writer.PutString(Nfta.TableName, table.Name);
        NftUserData.Put(ref writer, Nfta.TableUserData, comment);
    }

    internal static void DeleteTable(ref NetlinkWriter writer, NftTableId table)
    {
        NftMessages.Begin(ref writer, NftWire.DelTable, 0, table.Family);
        writer.PutString(Nfta.TableName, table.Name);
    }

    internal static void AddChain(ref NetlinkWriter writer, NftAddChain chain)
    {
        BeginChain(ref writer, NftWire.NewChain, NetlinkFlags.Create, chain.Table, chain.Name);
        if (chain.Base is { } hook)
            PutHook(ref writer, chain.Table.Family, hook);
        NftUserData.Put(ref writer, Nfta.ChainUserData, chain.Comment);
    }

    internal static void DeleteChain(ref NetlinkWriter writer, NftDeleteChain chain) =>
        BeginChain(ref writer, NftWire.DelChain, 0, chain.Table, chain.Name);

    internal static void FlushChain(ref NetlinkWriter writer, NftFlushChain chain)
    {
        NftMessages.Begin(ref writer, NftWire.DelRule, 0, chain.Table.Family);
        writer.PutString(Nfta.RuleTable, chain.Table.Name);
        writer.PutString(Nfta.RuleChain, chain.Name);
    }

    internal static void AddRule(ref NetlinkWriter writer, NftAddRule add)
    {
        NftMessages.Begin(ref writer, NftWire.NewRule, NetlinkFlags.Create | NetlinkFlags.Append, add.Table.Family);
        writer.PutString(Nfta.RuleTable, add.Table.Name);
        writer.PutString(Nfta.RuleChain, add.Chain);
        var nest = writer.Open(Nfta.RuleExpressions);
        new NftRuleEncoder().Encode(ref writer, add.Rule);
        writer.Close(nest);
        NftUserData.Put(ref writer, Nfta.RuleUserData, add.Rule.Comment);
    }

    private static void BeginChain(ref NetlinkWriter writer, ushort type, ushort flags, NftTableId table, string name)
    {
        NftMessages.Begin(ref writer, type, flags, table.Family);
        writer.PutString(Nfta.ChainTable, table.Name);
        writer.PutString(Nfta.ChainName, name);
    }

    private static void PutHook(ref NetlinkWriter writer, NftFamily family, NftBase hook)
    {
        var nest = writer.Open(Nfta.ChainHook);
        writer.PutU32BigEndian(Nfta.HookNumber, NftHooks.ToNumber(family, hook.Hook));
        writer.PutU32BigEndian(Nfta.HookPriority, (uint)hook.Priority);
        PutDevices(ref writer, hook);
        writer.Close(nest);
        writer.PutU32BigEndian(Nfta.ChainPolicy, hook.DropByDefault ? Drop : Accept);
        writer.PutString(Nfta.ChainType, NftHooks.NameOf(hook.Type));
    }

    private static void PutDevices(ref NetlinkWriter writer, NftBase hook)
    {
        if (hook.Devices.Count == 1)
            writer.PutString(Nfta.HookDevice, hook.Devices[0]);
        if (hook.Devices.Count < 2)
            return;
        var devices = writer.Open(Nfta.HookDevices);
        foreach (var device in hook.Devices)
            writer.PutString(Nfta.HookDeviceName, device);
        writer.Close(devices);
    }
}
