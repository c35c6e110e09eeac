using System.Text.Json;
using Weft.Compilers.Services.Iptables;
using Weft.Compilers.Services.Ipvs;
using Weft.Compilers.Services.Nftables;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Compilers.Rendering;

/// <summary>What a target would program, as text.</summary>
public static class RenderedServices
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The targets, and the table that all of them compile from.</summary>
    public static readonly string[] Targets = ["nftables", "iptables", "ipvs", "json"];

    /// <summary>Prints it.</summary>
    /// <param name="target">One of <see cref="Targets"/>.</param>
    /// <param name="table">What to serve.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="addresses">Its addresses, where node ports of ipvs are.</param>
    public static string Of(string target, ServiceTable table, string node, IEnumerable<IpAddress> addresses) => target switch
    {
        "ipvs" => IpvsText.Print(IpvsCompiler.Compile(table, new IpvsNode(addresses.ToEquatableArray()))),
        "iptables" => string.Concat(Families(table).Select(v6 => $"# {(v6 ? "ip6tables" : "iptables")}-restore --noflush\n{IptablesDiff.Full(new IptablesCompiler(v6).Compile(table)).Text}")),
        "json" => ServiceTableJson.Of(table, node).ToJsonString(Indented) + "\n",
        _ => NftPrinter.Print(Nftables(table)),
    };

    /// <summary>Without the table of a family that nothing is in.</summary>
    private static NftRuleset Nftables(ServiceTable table)
    {
        var families = Families(table).Select(v6 => v6 ? NftFamily.Ip6 : NftFamily.Ip).ToHashSet();
        return new NftRuleset { Tables = NftServiceProgram.Compile(table).Tables.Where(program => families.Contains(program.Family)).ToEquatableArray() };
    }

    private static IEnumerable<bool> Families(ServiceTable table) =>
        ((bool[])[false, true]).Where(v6 => table.Ports.Any(port => port.IsV6 == v6) || table.PodRanges.Concat(table.ServiceRanges).Any(range => range.IsV6 == v6));
}
