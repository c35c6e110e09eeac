using System.Diagnostics;
using System.Globalization;
using System.Text;
using Weft.Cni.Runtime;
using Weft.Kubernetes;
using Weft.Lab;
using Weft.Netlink.Namespaces;

namespace Weft.Cli.Bench.Policies;

/// <summary>What CNI ADD takes with weft-policy in the chain and without, in turn, beside a running agent.</summary>
internal static class PolicyAttachBench
{
    private const string Namespace = "bench-pod";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Median milliseconds of an ADD without it, and the median of what it takes more with it.</summary>
    public static async Task<(double Plain, double Paid)> MeasureAsync(PolicyAgentRig rig, int count, CancellationToken ct)
    {
        NetworkNamespace.CreateNamed(Namespace).Dispose();
        var runtime = new CniRuntime(new CniRuntimeOptions { PluginDirectories = [Installation.Current.CniBinDir] });
        NetworkConfigList plain = Chain("plain", "10.112.0.0/16", ""), policed = Chain("policed", "10.113.0.0/16", """, { "type": "weft-policy" }""");
        var (without, paid) = (new List<double>(), new List<double>());
        for (var round = -2; round < count; round++)
        {
            var pod = await rig.Client.CreateAsync(PolicyCluster.PodAt(1_000_000 + round, app: 0, address: null), ct);
            double with = 0, alone = 0;
            if (round % 2 == 0)
                (with, alone) = (await AddAsync(runtime, policed, pod, ct), await AddAsync(runtime, plain, pod, ct));
            else
                (alone, with) = (await AddAsync(runtime, plain, pod, ct), await AddAsync(runtime, policed, pod, ct));
            if (round < 0)
                continue;
            without.Add(alone);
            paid.Add(with - alone);
        }

        NetworkNamespace.Delete(Namespace);
        return (Report.Median(without), Report.Median(paid));
    }

    /// <summary>Attaches the namespace as a pod, and detaches it again.</summary>
    private static async Task<double> AddAsync(CniRuntime runtime, NetworkConfigList chain, Pod pod, CancellationToken ct)
    {
        var container = new ContainerAttachment
        {
            ContainerId = $"{chain.Name}-{pod.Metadata.Name}",
            Netns = NetworkNamespace.PathOf(Namespace),
            Arguments = [new("IgnoreUnknown", "1"), new("K8S_POD_NAMESPACE", pod.Metadata.Namespace ?? ""), new("K8S_POD_NAME", pod.Metadata.Name)],
        };
        // A runtime takes longer than this from a pod's object to its network, and the agent is done with the event then.
        await Task.Delay(Pause, ct);
        var start = Stopwatch.GetTimestamp();
        await runtime.AddAsync(chain, container, ct);
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        await runtime.DeleteAsync(chain, container, ct);
        return elapsed;
    }

    private static NetworkConfigList Chain(string name, string range, string last) => NetworkConfigList.Parse(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""
            { "cniVersion": "1.0.0", "name": "{{name}}", "plugins": [ { "type": "ptp", "ipMasq": false, "spoofCheck": true,
              "ipam": { "type": "host-local", "ranges": [ [ { "subnet": "{{range}}" } ] ], "routes": [ { "dst": "0.0.0.0/0" } ] } }{{last}} ] }
            """)),
        name);
}
