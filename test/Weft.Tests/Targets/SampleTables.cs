using Weft.Model.Services;
using static Weft.Tests.Targets.TestPorts;

namespace Weft.Tests.Targets;

/// <summary>Tables that hold each feature once: golden cases of every target that writes text.</summary>
internal static class SampleTables
{
    private const string Web = "shop/web:http";
    private static readonly string[] Names = [Web, "shop/empty:http", "shop/far:http", "shop/nobody:http", "shop/open:http"];

    internal static IReadOnlyDictionary<string, ServiceTable> All { get; } = new Dictionary<string, ServiceTable>
    {
        ["seed"] = Table(Seed),
        ["cluster-ip"] = Cluster(
            Seed,
            Port(Web, "10.96.0.10:80", ["10.244.1.2:8080*"]),
            Port("kube-system/dns:dns", "10.96.0.53:53", ["10.244.1.9:53", "10.244.2.9:53"], L4Protocol.Udp),
            Port("telecom/ss7", "10.96.0.7:2905", ["10.244.1.7:2905"], L4Protocol.Sctp),
            Port("shop/empty:http", "10.96.0.11:80", [])),
        ["affinity"] = Cluster(Port(Web, "10.96.0.10:80", ["10.244.1.2:8080*", "10.244.2.2:8080"]) with { AffinitySeconds = 10_800 }),
        ["internal-local"] = Cluster(
            Port("shop/far:http", "10.96.0.12:80", ["10.244.2.2:8080"]) with { InternalLocal = true },
            Port(Web, "10.96.0.10:80", ["10.244.1.2:8080*", "10.244.2.2:8080"]) with { InternalLocal = true }),
        ["external"] = Cluster(Exposed(Web, ["10.244.1.2:8080*", "10.244.2.2:8080"]), Exposed("shop/empty:http", [])),
        ["external-local"] = Cluster(
            Exposed(Web, ["10.244.1.2:8080*", "10.244.2.2:8080"]) with { ExternalLocal = true },
            Exposed("shop/far:http", ["10.244.2.2:8080"]) with { ExternalLocal = true }) with { HealthChecks = [new("shop", "web", 32000, 1)] },
        ["source-ranges"] = Cluster(
            Exposed(Web, ["10.244.2.2:8080"]) with { RestrictsSources = true, SourceRanges = [.. Ranges("192.0.2.0/24", "198.51.100.0/24")] },
            Exposed("shop/empty:http", []) with { RestrictsSources = true, SourceRanges = [.. Ranges("192.0.2.0/24")] },
            Exposed("shop/nobody:http", ["10.244.2.2:8080"]) with { RestrictsSources = true },
            Exposed("shop/open:http", ["10.244.2.2:8080"]) with { RestrictsSources = true, SourceRanges = [.. Ranges("0.0.0.0/0")] }),
        ["node-addresses"] = Cluster(Exposed(Web, ["10.244.2.2:8080"])) with { NodePortAddresses = [.. Ranges("127.0.0.0/8", "192.168.0.0/16", "fd00::/8")] },
        ["masquerade-all"] = Cluster(Seed) with { MasqueradeAll = true },
        ["ipv6"] = Cluster(
            Port(Web, "[fd00:96::10]:80", ["[fd00:244:1::2]:8080*", "[fd00:244:2::2]:8080"]).With(FrontendKind.ExternalIp, "[2001:db8::1]:80").OnNodePort(30080)
                with { AffinitySeconds = 60 },
            Port("shop/empty:http", "[fd00:96::11]:80", [])),
        ["nothing"] = ServiceTable.Empty,
    };

    private static ServiceTable Cluster(params ProxiedPort[] ports) => Table([.. ports]) with
    {
        PodRanges = [.. Ranges("10.244.0.0/16", "fd00:244::/32")],
        ServiceRanges = [.. Ranges("10.96.0.0/16", "fd00:96::/112")],
    };

    private static ProxiedPort Exposed(string name, string[] endpoints)
    {
        var number = 10 + Array.IndexOf(Names, name);
        return Port(name, $"10.96.0.{number}:80", endpoints)
            .With(FrontendKind.ExternalIp, $"203.0.113.{number}:80")
            .With(FrontendKind.LoadBalancerIp, $"198.51.100.{number}:80")
            .OnNodePort((ushort)(30000 + number));
    }
}
