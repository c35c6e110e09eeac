using System.Collections.Concurrent;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Tests.Controllers;

/// <summary>Plays the kubelets of all nodes: pods that are bound become ready, pods that are deleted end.</summary>
internal sealed class FakeKubelet(KubeClient client)
{
    private readonly ConcurrentDictionary<string, bool> _addresses = new();

    /// <summary>Whether a pod becomes ready at all.</summary>
    public Func<Pod, bool> BecomesReady { get; set; } = _ => true;

    /// <summary>How long a pod takes to start.</summary>
    public TimeSpan StartDelay { get; set; } = TimeSpan.Zero;

    /// <summary>The phase in which a pod ends as soon as it has started; null when it goes on.</summary>
    public Func<Pod, string?> EndsAs { get; set; } = _ => null;

    public async Task RunAsync(CancellationToken cancel)
    {
        var pods = new Informer<Pod>(client);
        var running = pods.RunAsync(cancel);
        var busy = new ConcurrentDictionary<string, bool>();
        await foreach (var snapshot in pods.ReadAllAsync(cancel))
        {
            foreach (var pod in snapshot.Values.Where(pod => pod.Spec.NodeName is not null))
            {
                var step = $"{pod.Metadata.Uid}/{pod.IsTerminating()}";
                if ((pod.IsTerminating() || pod.Status.PodIP is null) && busy.TryAdd(step, true))
                    _ = pod.IsTerminating() ? EndAsync(pod, cancel) : StartAsync(pod, cancel);
            }
        }

        await running;
    }

    private async Task StartAsync(Pod pod, CancellationToken cancel)
    {
        await Task.Delay(StartDelay, cancel);
        var index = _addresses.Count + 1;
        _addresses[pod.Metadata.Uid!] = true;
        var end = EndsAs(pod);
        var ready = new Condition { Type = "Ready", Status = end is null && BecomesReady(pod) ? "True" : "False", LastTransitionTime = DateTimeOffset.UtcNow };
        await TryAsync(() => client.ModifyAsync<Pod>(pod.Metadata.Namespace, pod.Metadata.Name, now => now with
        {
            Status = now.Status with
            {
                Phase = end ?? "Running",
                PodIP = $"10.244.{index / 250}.{(index % 250) + 1}",
                PodIPs = [new PodIp($"10.244.{index / 250}.{(index % 250) + 1}")],
                Conditions = now.Status.Conditions.With(ready, DateTimeOffset.UtcNow),
            },
        }, "status", cancel));
    }

    private Task EndAsync(Pod pod, CancellationToken cancel) =>
        TryAsync(() => client.DeleteAsync<Pod>(pod.Metadata.Namespace, pod.Metadata.Name, new DeleteOptions { GracePeriodSeconds = 0, Uid = pod.Metadata.Uid }, cancel));

    private static async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception error) when (error is KubeApiException or OperationCanceledException)
        {
            // The pod went in the meantime, or the test is over.
        }
    }
}
