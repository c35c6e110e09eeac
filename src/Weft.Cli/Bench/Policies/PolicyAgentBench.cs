using System.Diagnostics;
using Weft.Compilers.Policies;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab;
using Weft.Model;

namespace Weft.Cli.Bench.Policies;

/// <summary>What an agent takes to start, from the event of a pod to the kernel, and to let a pod start; and what it weighs.</summary>
internal static class PolicyAgentBench
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(PolicyScale scale, CancellationToken ct)
    {
        await using var rig = new PolicyAgentRig();
        await rig.FillAsync(scale, ct);
        var selected = PolicyCompiler.CompileOnce(new PolicyCluster(scale.Policies, scale.Pods).Snapshot, PolicyCluster.Node).Table.Pods.Count;
        var started = await rig.StartAgentAsync(selected, ct);
        using var pods = new HeardPods(rig.Client);
        await pods.Synced;
        var relabelled = await RelabelAsync(rig, pods, scale, ct);
        var added = await AddAsync(rig, pods, scale, ct);
        var attached = await PolicyAttachBench.MeasureAsync(rig, int.Min(scale.Changes, 60), ct);
        return
        [
            Figure.Told("agent, from its start until the kernel has all policies", started / 1000, "s"),
            scale.Judge("a pod relabelled, watch event to kernel, median", Report.Median(relabelled), 10, "ms"),
            Figure.Told("the same, 99 of 100", At99(relabelled), "ms"),
            scale.Judge("a pod added, watch event to kernel, median", Report.Median(added), 10, "ms"),
            Figure.Told("the same, 99 of 100", At99(added), "ms"),
            Figure.Told("CNI ADD of a pod, without its policies", attached.Plain, "ms"),
            scale.Judge("what ADD of a selected pod pays for its isolation", attached.Paid, 3, "ms"),
            Figure.Told("the same by weft-policy behind ptp", attached.PaidByChain, "ms"),
            Figure.Told("the agent, resident", rig.Megabytes, "MB"),
        ];
    }

    private static double At99(List<double> times) => times.Order().ElementAt(times.Count * 99 / 100);

    private static Task<List<double>> RelabelAsync(PolicyAgentRig rig, HeardPods pods, PolicyScale scale, CancellationToken ct) =>
        ChangeAsync(rig, pods, scale.Changes, async change =>
        {
            // An odd step beside a round number of pods: none is taken twice.
            var number = (change * 7919) % scale.Pods;
            var known = PolicyCluster.PodAt(number);
            var pod = await rig.Client.GetAsync<Pod>(known.Metadata.Namespace, known.Metadata.Name, ct);
            var labels = PolicyCluster.Relabelled(number, change, IpAddress.Parse(pod.Status.PodIP)).Metadata.Labels;
            return () => rig.Client.UpdateAsync(pod with { Metadata = pod.Metadata with { Labels = labels } }, ct);
        });

    private static Task<List<double>> AddAsync(PolicyAgentRig rig, HeardPods pods, PolicyScale scale, CancellationToken ct) =>
        ChangeAsync(rig, pods, scale.Changes, async change =>
        {
            var pod = PolicyCluster.ExtraPodAt(scale.Pods + change, int.Min(scale.Policies, scale.Pods / 10));
            var created = await rig.Client.CreateAsync(pod with { Status = new() }, ct);
            return () => rig.Client.UpdateStatusAsync(created with { Status = pod.Status }, ct);
        });

    /// <summary>Milliseconds from the moment when another watcher hears of each change until the kernel's rules have changed.</summary>
    private static async Task<List<double>> ChangeAsync(PolicyAgentRig rig, HeardPods pods, int changes, Func<int, Task<Func<Task>>> prepare)
    {
        var times = new List<double>();
        for (var change = 0; change < changes; change++)
        {
            var write = await prepare(change);
            await Task.Delay(Random.Shared.Next(10, 20));
            var before = rig.Generation;
            pods.Forget();
            var start = Stopwatch.GetTimestamp();
            await write();
            while (rig.Generation == before)
            {
                if (Stopwatch.GetElapsedTime(start) > Patience)
                    throw new LabException($"a pod was changed, and the kernel's rules did not change within {Patience.TotalSeconds} s");
                Thread.Yield();
            }

            var programmed = Stopwatch.GetTimestamp();
            times.Add(Stopwatch.GetElapsedTime(await pods.HeardAsync(), programmed).TotalMilliseconds);
        }

        return times;
    }

    /// <summary>A watcher as the agent is one: when it last heard of a pod.</summary>
    private sealed class HeardPods : IDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly Informer<PolicyPod> _informer;
        private readonly Task _listening;
        private long _heard;

        public HeardPods(KubeClient client)
        {
            _informer = new Informer<PolicyPod>(client);
            _informer.OnObject((_, _) => Volatile.Write(ref _heard, Stopwatch.GetTimestamp()));
            _listening = _informer.RunAsync(_end.Token);
        }

        public Task Synced => _informer.Synced;

        public void Forget() => Volatile.Write(ref _heard, 0);

        public async Task<long> HeardAsync()
        {
            while (Volatile.Read(ref _heard) == 0)
                await Task.Delay(1);
            return Volatile.Read(ref _heard);
        }

        public void Dispose()
        {
            _end.Cancel();
            _listening.Wait();
            _end.Dispose();
        }
    }
}
