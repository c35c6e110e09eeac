using Microsoft.Extensions.Logging.Abstractions;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Runs all controllers of a lab's cluster.</summary>
public static class LabControllers
{
    /// <summary>Runs until cancelled. A controller that fails is restarted, with the reason in the log, and the others go on.</summary>
    /// <param name="client">Connection to the API server, with the rights of an administrator.</param>
    /// <param name="options">Settings.</param>
    /// <param name="cancel">Ends all controllers.</param>
    public static async Task RunAsync(KubeClient client, ControllerOptions options, CancellationToken cancel)
    {
        var logger = (options.Loggers ?? NullLoggerFactory.Instance).CreateLogger("Weft.Lab.Controllers");
        var cluster = new ClusterInformers(client, logger);
        var events = new EventRecorder(client, "weft-controllers", logger: logger);
        var context = new ControllerContext(client, cluster, events, options, logger);
        List<Task> running = [cluster.RunAsync(cancel), SuperviseAsync("events", events.RunAsync, context, cancel)];
        foreach (var controller in All(context))
            running.Add(SuperviseAsync(controller.Name, controller.RunAsync, context, cancel));
        await Task.WhenAll(running).ConfigureAwait(false);
    }

    internal static IReadOnlyList<Controller> All(ControllerContext context) =>
    [
        new Scheduler(context),
        new NodeIpam(context),
        new NodeLifecycle(context),
        new DeploymentController(context),
        new ReplicaSetController(context),
        new StatefulSetController(context),
        new DaemonSetController(context),
        new JobController(context),
        new EndpointsController(context),
        new EndpointSliceController(context),
        new EndpointSliceMirroring(context),
        new LoadBalancerController(context),
        new NamespaceController(context),
        new GarbageCollector(context),
    ];

    private static async Task SuperviseAsync(string name, Func<CancellationToken, Task> run, ControllerContext context, CancellationToken cancel)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), context.Time);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await run(cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                ControllerLog.Restarted(context.Logger, name, error);
                await backoff.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
