using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Pods.Registration;

/// <summary>Keeps a node's object and Lease: makes them, says whether the node is ready, gives signs of life.</summary>
internal sealed class NodeRegistration(PodServices services)
{
    private const string LeaseNamespace = "kube-node-lease";
    private const int LeaseSeconds = 40;

    // A kubelet says how it is every 5 minutes when nothing changes (nodeStatusReportFrequency).
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private readonly string _name = services.Node.Name;

    /// <summary>Runs until cancelled; failures are repeated.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), services.Time);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await Task.WhenAll(ReportAsync(ct), RenewAsync(ct)).ConfigureAwait(false);
            }
            catch (KubeApiException e)
            {
                Log.NodeNotRegistered(services.Logger, _name, e.Message);
                await backoff.WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ReportAsync(CancellationToken ct)
    {
        var version = (await services.Client.GetJsonAsync("/version", ct).ConfigureAwait(false))["gitVersion"]?.ToString() ?? "v1.33.0";
        var node = await RegisterAsync(ct).ConfigureAwait(false);
        var reported = DateTimeOffset.MinValue;
        var looked = services.Time.GetUtcNow();
        while (true)
        {
            await services.Node.Joined.WaitAsync(ct).ConfigureAwait(false);
            var now = services.Time.GetUtcNow();
            if (now - looked > services.Options.LeaseInterval)
            {
                // Others write conditions too: a node that was given up while this process slept must be told to be alive.
                node = await services.Client.TryGetAsync<Node>(null, _name, ct).ConfigureAwait(false) ?? await RegisterAsync(ct).ConfigureAwait(false);
                looked = now;
            }

            var hasNetwork = services.Sandboxes.Network is not null;
            if (hasNetwork != node.Status.Conditions.IsTrue("Ready") || now - reported > ReportInterval)
            {
                node = await WriteAsync(node, version, hasNetwork, now, ct).ConfigureAwait(false);
                reported = now;
            }

            await Task.Delay(hasNetwork ? Look : FirstLook, services.Time, ct).ConfigureAwait(false);
        }
    }

    private async Task<Node> RegisterAsync(CancellationToken ct)
    {
        var wanted = NodeObject.Create(_name, services.Options.NodeLabels);
        try
        {
            return await services.Client.CreateAsync(wanted, ct).ConfigureAwait(false);
        }
        catch (KubeApiException e) when (e.IsAlreadyExists)
        {
            var labels = new JsonObject();
            foreach (var (key, value) in wanted.Metadata.Labels)
                labels[key] = value;
            var patch = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels } };
            return await services.Client.PatchAsync<Node>(null, _name, patch, cancel: ct).ConfigureAwait(false);
        }
    }

    private async Task<Node> WriteAsync(Node node, string version, bool hasNetwork, DateTimeOffset now, CancellationToken ct)
    {
        var status = NodeObject.Status(node.Status, services.Node, version, hasNetwork, now);
        return await services.Client.ModifyAsync<Node>(
            null, _name, current => current with { Status = status with { Conditions = Merge(current, status) } }, "status", ct).ConfigureAwait(false)
            ?? throw new KubeApiException(404, "NotFound", $"nodes \"{_name}\" not found: somebody deleted it, so it is registered again");
    }

    // Conditions of others, such as NetworkUnavailable, stay.
    private static Model.EquatableArray<Condition> Merge(Node current, NodeStatus status)
    {
        var conditions = current.Status.Conditions;
        foreach (var condition in status.Conditions)
            conditions = conditions.With(condition, condition.LastTransitionTime ?? DateTimeOffset.UnixEpoch);
        return conditions;
    }

    private async Task RenewAsync(CancellationToken ct)
    {
        while (true)
        {
            await services.Node.Joined.WaitAsync(ct).ConfigureAwait(false);
            var now = services.Time.GetUtcNow();
            var renewed = await services.Client.ModifyAsync<Lease>(
                LeaseNamespace, _name, lease => lease with { Spec = lease.Spec with { RenewTime = now, HolderIdentity = _name } }, cancel: ct).ConfigureAwait(false);
            if (renewed is null)
                await CreateLeaseAsync(now, ct).ConfigureAwait(false);
            await Task.Delay(services.Options.LeaseInterval, services.Time, ct).ConfigureAwait(false);
        }
    }

    private async Task CreateLeaseAsync(DateTimeOffset now, CancellationToken ct) => await services.Client.CreateAsync(
        new Lease
        {
            Metadata = new ObjectMeta { Namespace = LeaseNamespace, Name = _name },
            Spec = new LeaseSpec { HolderIdentity = _name, LeaseDurationSeconds = LeaseSeconds, RenewTime = now },
        },
        ct).ConfigureAwait(false);
}
