using Weft.Compilers.Dns.Settings;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Dns.Corefiles.Plugins;

/// <summary><c>hosts [FILE [ZONES...]] { ADDRESS NAMES...; ttl SECONDS; no_reverse; fallthrough [ZONES...] }</c>: names with addresses of their own.</summary>
internal static class HostsPlugin
{
    public static void Read(CorefileLine line, ServerBlock block, CorefileDraft draft)
    {
        var zones = line.Arguments.Count > 1 ? draft.Zones(line, line.Arguments.Skip(1)) : block.Zones;
        var hosts = DnsHosts.None with { Denies = zones.ToEquatableArray() };
        var entries = new List<DnsHost>();
        foreach (var option in line.Block)
            hosts = ReadOption(option, hosts, entries, draft);
        if (line.Arguments is [var path, ..] && draft.File(path) is { } text)
            entries.AddRange(HostsReader.Read(text, path[(path.LastIndexOf('/') + 1)..], draft.Report).Where(host => !entries.Exists(own => own.Name == host.Name)));
        else if (line.Arguments.Count > 0)
            draft.Unsupported(line, $"{line.Arguments[0]} is left out: files of containers are not read; put its lines into the block of hosts, or into a key of that name beside the Corefile");
        block.Hosts = hosts with { Entries = entries.Where(host => zones.Any(host.Name.IsWithin)).ToEquatableArray() };
    }

    private static DnsHosts ReadOption(CorefileLine option, DnsHosts hosts, List<DnsHost> entries, CorefileDraft draft)
    {
        switch (option.Name)
        {
            case "ttl":
                return hosts with { Ttl = (uint)(draft.Number(option, 0) ?? (int)hosts.Ttl) };
            case "no_reverse":
                return hosts with { IsReversible = false };
            case "fallthrough":
                return option.Arguments.Count == 0 ? hosts with { Denies = [] } : hosts with { Passes = [.. hosts.Passes, .. draft.Zones(option, option.Arguments)] };
            case "reload":
                draft.Report.Note("reload of hosts needs nothing here: settings are taken over when the ConfigMap changes");
                return hosts;
            default:
                entries.AddRange(HostsReader.ReadLine([option.Name, .. option.Arguments], CorefileDraft.Where(option.Line), draft.Report));
                return hosts;
        }
    }
}
