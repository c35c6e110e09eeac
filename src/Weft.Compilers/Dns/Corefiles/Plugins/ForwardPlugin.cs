using System.Collections.Immutable;
using Weft.Compilers.Dns.Settings;
using Weft.Model.Dns;

namespace Weft.Compilers.Dns.Corefiles.Plugins;

/// <summary><c>forward FROM TO... { options }</c>: whom names are asked of.</summary>
internal static class ForwardPlugin
{
    private const string Options = "except, force_tcp, prefer_udp, expire, max_fails, tls, tls_servername, policy, health_check and max_concurrent";

    public static void Read(CorefileLine line, ServerBlock block, CorefileDraft draft)
    {
        if (line.Arguments.Count < 2)
        {
            draft.Bad(line, $"'{line}' lacks servers, so its names fail; write 'forward . /etc/resolv.conf' or 'forward . 192.0.2.53'");
            return;
        }

        if (draft.Zones(line, line.Arguments.Take(1)) is not [var from])
            return;

        // As CoreDNS: the first server of each question is left to chance.
        var route = new DnsRoute(from) { Policy = UpstreamPolicy.Random };
        route = line.Block.Aggregate(route, (all, option) => ReadOption(option, all, draft));
        route = ReadServers(line, route, draft);
        if (block.Forwards.Exists(other => other.Zone == from))
            draft.Unsupported(line, $"{from} is forwarded already; the first forward counts, and 'next' is not done here: write all servers into one");
        else if (!block.Zones.Any(zone => zone.IsWithin(from) || from.IsWithin(zone)))
            draft.Bad(line, $"no name of this block ends with {from}; write 'forward . ...' for all its names");
        else
            block.Forwards.Add(route);
    }

    private static DnsRoute ReadServers(CorefileLine line, DnsRoute route, CorefileDraft draft)
    {
        var (servers, node) = (ImmutableArray.CreateBuilder<DnsUpstream>(), false);
        var name = line.Block.LastOrDefault(option => option.Name == "tls_servername")?.Arguments.FirstOrDefault();
        var streams = line.Block.Any(option => option.Name == "force_tcp");
        foreach (var word in line.Arguments.Skip(1))
        {
            if (word == DnsValues.ResolvConf)
                node = true;
            else if (DnsUpstream.TryParse(Named(word), out var server))
                servers.Add(Complete(server, name, streams));
            else
                draft.Unsupported(line, $"'{word}' is no server that can be asked and is left out; write addresses such as 192.0.2.53:5353 or tls://192.0.2.53, or {DnsValues.ResolvConf} for the node's servers");
        }

        if (servers.Count == 0 && !node)
            draft.Bad(line, "no server is left, so the names of this forward fail");
        return route with { Upstreams = servers.DrainToImmutable(), AsksNodeServers = node };
    }

    private static DnsUpstream Complete(DnsUpstream server, string? name, bool streams) => server.Transport == UpstreamTransport.Tls
        ? server with { ServerName = server.ServerName ?? name }
        : server with { Transport = streams ? UpstreamTransport.Stream : server.Transport };

    /// <summary>CoreDNS has names of servers between address and port: <c>tls://192.0.2.53%dns.example:853</c>.</summary>
    private static string Named(string word)
    {
        var sign = word.IndexOf('%', StringComparison.Ordinal);
        if (sign < 0 || !word.StartsWith("tls://", StringComparison.Ordinal))
            return word;
        var colon = word.IndexOf(':', sign);
        var (name, port) = colon < 0 ? (word[(sign + 1)..], "") : (word[(sign + 1)..colon], word[colon..]);
        return $"{word[..sign]}{port}#{name}";
    }

    private static DnsRoute ReadOption(CorefileLine option, DnsRoute route, CorefileDraft draft)
    {
        switch (option.Name)
        {
            case "except":
                return route with { Except = [.. route.Except, .. draft.Zones(option, option.Arguments)] };
            case "expire":
                return route with { Expire = draft.Time(option) ?? route.Expire };
            case "max_fails":
                return route with { MostFailures = draft.Number(option, 0) ?? route.MostFailures };
            case "max_concurrent":
                return route with { MostInFlight = draft.Number(option, 0) is int and > 0 and var most ? most : route.MostInFlight };
            case "health_check":
                if (option.Arguments.Count > 1)
                    draft.Unsupported(option, "servers are always asked '. NS'; no_rec and domain are left out");
                return route with { HealthInterval = draft.Time(option) is { Ticks: > 0 } interval ? interval : route.HealthInterval };
            case "policy":
                return route with { Policy = Policy(option, draft) };
            case "force_tcp":
                return route;
            case "prefer_udp":
                draft.Report.Note("prefer_udp of forward is what nodes always do");
                return route;
            case "tls" when option.Arguments.Count == 0:
                return route;
            case "tls":
                draft.Unsupported(option, "certificates of the node's own store are trusted, and none of ours is shown: files are not read; 'tls' without arguments says so");
                return route;
            case "tls_servername":
                if (option.Arguments.Count != 1)
                    draft.Bad(option, $"'{option}' lacks the one name that certificates must have, so those of the addresses are wanted");
                return route;
            default:
                draft.UnknownOption(option, "forward", Options);
                return route;
        }
    }

    private static UpstreamPolicy Policy(CorefileLine option, CorefileDraft draft)
    {
        if (option.Arguments is not ["random" or "round_robin" or "sequential"])
            draft.Bad(option, $"'{option}' is unknown; write random (in force meanwhile), round_robin or sequential");
        return option.Arguments switch
        {
            ["round_robin"] => UpstreamPolicy.RoundRobin,
            ["sequential"] => UpstreamPolicy.Sequential,
            _ => UpstreamPolicy.Random,
        };
    }
}
