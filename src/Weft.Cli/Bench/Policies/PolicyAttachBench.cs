using System.Diagnostics;
using System.Globalization;
using System.Text;
using Weft.Cni.Runtime;
using Weft.Kubernetes;
using Weft.Lab;
using Weft.Netlink.Namespaces;

namespace Weft.Cli.Bench.Policies;

/// <summary>What CNI ADD takes with policies, by one plugin or by a chain, and without, in turn, beside a running agent.</summary>
internal static class PolicyAttachBench
{
    private const string Namespace = "bench-pod";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Median milliseconds of an ADD without, and the medians of what it takes more with one plugin and with a chain of two.</summary>
    public static async Task<(double Plain, double Paid, double PaidByChain)> MeasureAsync(PolicyAgentRig rig, int count, CancellationToken ct)
    {
        NetworkNamespace.CreateNamed(Namespace).Dispose();
        var runtime = new CniRuntime(new CniRuntimeOptions { PluginDirectories = [Installation.Current.CniBinDir] });
        NetworkConfigList[] lists =
        [
            Chain("plain", "10.112.0.0/16", "ptp", ""), Chain("policed", "10.113.0.0/16", "weft-ptp", ""),
            Chain("chained", "10.114.0.0/16", "ptp", """, { "type": "weft-policy" }"""),
        ];
        var times = lists.Select(_ => new List<double>()).ToArray();
        for (var round = -lists.Length; round < count; round++)
        {
            var pod = await rig.Client.CreateAsync(PolicyCluster.PodAt(1_000_000 + round, app: 0, address: null), ct);

            // Each is the first in its turn: what the one before leaves behind costs all the same.
            for (var turn = 0; turn < lists.Length; turn++)
            {
                var which = (round + lists.Length + turn) % lists.Length;
                var elapsed = await AddAsync(runtime, lists[which], pod, ct);
                if (round >= 0)
                    times[which].Add(elapsed);
            }
        }

        NetworkNamespace.Delete(Namespace);
        return (Report.Median(times[0]), Paid(times[1]), Paid(times[2]));

        double Paid(List<double> with) => Report.Median(with.Zip(times[0], (more, without) => more - without));
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
        // The agent is done with the pod's object, and the kernel with what the DEL before deleted: a commit waits for that.
        await Task.Delay(Pause, ct);
        var start = Stopwatch.GetTimestamp();
        await runtime.AddAsync(chain, container, ct);
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        await runtime.DeleteAsync(chain, container, ct);
        return elapsed;
    }

    private static NetworkConfigList Chain(string name, string range, string type, string last) => NetworkConfigList.Parse(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""
            { "cniVersion": "1.0.0", "name": "{{name}}", "plugins": [ { "type": "{{type}}", "ipMasq": false, "spoofCheck": true,
              "ipam": { "type": "host-local", "ranges": [ [ { "subnet": "{{range}}" } ] ], "routes": [ { "dst": "0.0.0.0/0" } ] } }{{last}} ] }
            """)),
        name);
}
