using Weft.Model.Dns;

namespace Weft.Compilers.Dns.Corefiles.Plugins;

/// <summary><c>kubernetes [ZONES...] { pods MODE; ttl SECONDS; fallthrough [ZONES...] ... }</c>: the names of the cluster.</summary>
internal static class KubernetesPlugin
{
    private const int MostTtl = 3600;
    private static readonly DnsName V4 = DnsName.Parse("in-addr.arpa"), V6 = DnsName.Parse("ip6.arpa");

    public static void Read(CorefileLine line, ServerBlock block, CorefileDraft draft)
    {
        var zones = (line.Arguments.Count > 0 ? draft.Zones(line, line.Arguments) : block.Zones).Where(zone => !IsReverse(zone)).ToList();
        if (draft.HasCluster)
        {
            if (zones.Any(zone => zone != draft.Settings.ClusterDomain))
                draft.Unsupported(line, "the cluster has one domain, that of the first kubernetes in the file; what stands here is left out");
            return;
        }

        if (zones is [{ IsRoot: false } domain, ..])
            draft.Settings = draft.Settings with { ClusterDomain = domain };
        else if (zones.Count > 0)
            draft.Bad(line, $"the root cannot be the cluster's domain; name it, such as 'kubernetes cluster.local in-addr.arpa ip6.arpa' ({draft.Settings.ClusterDomain} is used meanwhile)");
        foreach (var other in zones.Skip(1))
            draft.Unsupported(line, $"the cluster has one domain, {zones[0]}; {other} is left out");

        // Without a block of the domain itself this one may be for reverse names only.
        draft.HasCluster = zones.Count > 0;
        draft.Settings = draft.Settings with { PodRecords = PodRecords.Off };
        foreach (var option in line.Block)
            ReadOption(option, draft);
    }

    private static void ReadOption(CorefileLine option, CorefileDraft draft)
    {
        switch (option.Name)
        {
            case "pods":
                ReadPods(option, draft);
                break;
            case "ttl":
                draft.Settings = draft.Settings with { Ttl = (uint)(draft.Number(option, 0, MostTtl) ?? (int)draft.Settings.Ttl) };
                break;
            case "fallthrough":
                if (draft.Zones(option, option.Arguments) is var zones && (zones.Count == 0 || zones.Any(zone => !IsReverse(zone))))
                    draft.Unsupported(option, "names of the cluster that do not exist are not asked of others; only reverse names are, always. Write 'fallthrough in-addr.arpa ip6.arpa'");
                break;
            case "endpoint" or "tls" or "kubeconfig" or "resyncperiod" or "upstream" or "startup_timeout" or "apiserver_qps" or "apiserver_burst" or "apiserver_max_inflight":
                draft.Report.Note($"{option.Name} of kubernetes needs nothing here: the agent has a connection of its own to the API server");
                break;
            case "endpoint_pod_names":
                draft.Unsupported(option, "endpoints without a hostname are named by their addresses, not by their pods; give pods a hostname and subdomain where names are needed");
                break;
            case "noendpoints":
                draft.Unsupported(option, "endpoints keep their names: headless Services need them");
                break;
            case "namespaces" or "labels" or "namespace_labels":
                draft.Unsupported(option, $"{option.Name} is left out: Services of all namespaces have names");
                break;
            default:
                draft.UnknownOption(option, "kubernetes", "pods, ttl and fallthrough");
                break;
        }
    }

    private static void ReadPods(CorefileLine option, CorefileDraft draft)
    {
        if (option.Arguments is not ["disabled" or "insecure" or "verified"])
            draft.Bad(option, $"'{option}' is unknown; write 'pods disabled' (in force meanwhile), 'pods verified' or 'pods insecure'");
        draft.Settings = draft.Settings with
        {
            PodRecords = option.Arguments switch
            {
                ["insecure"] => PodRecords.Unchecked,
                ["verified"] => PodRecords.Verified,
                _ => PodRecords.Off,
            },
        };
    }

    private static bool IsReverse(DnsName zone) => zone.IsWithin(V4) || zone.IsWithin(V6);
}
