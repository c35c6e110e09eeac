using Weft.Model.Nftables;
using Weft.Model.Nodes;

namespace Weft.Node.Proxy.Ipvs;

/// <summary>Keeps what the kernel's settings were before this target changed them where a later process finds it: as the comment of an empty table.</summary>
internal static class FormerSettings
{
    private static readonly NftTableId Memory = new(NftFamily.Ip, "weft-ipvs-settings");

    /// <summary>Writes them down, unless that was done before.</summary>
    public static void Keep(IpvsKernel kernel)
    {
        if (kernel.Filter.ReadBack(Memory).Ruleset.Tables.Count > 0)
            return;
        var values = IpvsKernel.Settings.Select(setting => (Name(setting), Value: kernel.Sysctls.Read(setting.Path))).Where(setting => setting.Value is not null);
        kernel.Filter.Apply(new NftBatch([new NftAddTable(Memory, string.Join(' ', values.Select(setting => $"{setting.Item1}={setting.Value}")))]));
    }

    /// <summary>Gives those settings their former value that nobody has changed since.</summary>
    public static void Restore(IpvsKernel kernel)
    {
        if (kernel.Filter.ReadBack(Memory).Ruleset.Tables is not [var memory])
            return;
        var former = (memory.Comment ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Split('=')).ToDictionary(word => word[0], word => word[^1]);
        kernel.Sysctls.Apply([.. IpvsKernel.Settings
            .Where(setting => former.ContainsKey(Name(setting)) && kernel.Sysctls.Read(setting.Path) == setting.Value)
            .Select(setting => new Sysctl(setting.Path, former[Name(setting)]))]);
        kernel.Filter.Apply(new NftBatch([new NftDeleteTable(Memory)]));
    }

    private static string Name(Sysctl setting) => setting.Path[(setting.Path.LastIndexOf('/') + 1)..];
}
