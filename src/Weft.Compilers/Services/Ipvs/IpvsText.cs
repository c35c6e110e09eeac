using System.Text;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Ipvs;

/// <summary>Prints a plan for people: virtual servers as <c>ipvsadm --restore</c> takes them, routes, and the tables.</summary>
public static class IpvsText
{
    /// <summary>The text; empty for a plan that holds nothing.</summary>
    public static string Print(IpvsPlan plan)
    {
        var text = new StringBuilder();
        if (plan.Servers.Count > 0)
            text.Append("# ipvsadm --restore\n");
        foreach (var server in plan.Servers)
        {
            var where = $"{Option(server.Address.Protocol)} {Endpoint(server.Address.Address, server.Address.Port)}";
            text.Append($"-A {where} -s {server.Scheduler}{(server.PersistenceSeconds > 0 ? $" -p {server.PersistenceSeconds}" : "")}\n");
            foreach (var real in server.Servers)
                text.Append($"-a {where} -r {Endpoint(real.Address, real.Port)} -m -w {real.Weight}\n");
        }

        if (plan.Routes.Count > 0)
            text.Append("# ip route\n");
        foreach (var route in plan.Routes)
            text.Append($"{route}\n");
        if (plan.Rules.Tables.Count > 0)
            text.Append("# nft\n").Append(NftPrinter.Print(plan.Rules));
        return text.ToString();
    }

    private static string Option(L4Protocol protocol) => protocol switch
    {
        L4Protocol.Tcp => "-t",
        L4Protocol.Udp => "-u",
        _ => "--sctp-service",
    };

    private static string Endpoint(IpAddress address, ushort port) => address.IsV6 ? $"[{address}]:{port}" : $"{address}:{port}";
}
