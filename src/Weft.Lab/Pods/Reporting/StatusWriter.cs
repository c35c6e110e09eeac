using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Pods.Reporting;

/// <summary>Sends a pod's status to the API server when it has changed, one write at a time.</summary>
internal sealed class StatusWriter(PodServices services, Pod pod)
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(200);
    private PodStatus _sent = pod.Status;

    /// <summary>The status as last sent.</summary>
    public PodStatus Sent => _sent;

    /// <summary>Sends what differs from the last one; repeats until the server takes it or the pod is gone.</summary>
    public async Task WriteAsync(PodStatus status, CancellationToken ct)
    {
        while (status != _sent)
        {
            try
            {
                await services.Node.Joined.WaitAsync(ct).ConfigureAwait(false);
                var patch = MergePatch.Between(pod with { Status = _sent }, pod with { Status = status });
                if (patch is null)
                    return;

                // A pod of the same name that came later must not get it.
                patch["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid };
                await services.Client.PatchStatusAsync<Pod>(pod.Metadata.Namespace, pod.Metadata.Name, patch, cancel: ct).ConfigureAwait(false);
                _sent = status;
            }
            catch (KubeApiException e) when (e.IsNotFound || e.Code is 409 or 422)
            {
                _sent = status;
                if (!e.IsNotFound)
                    Log.StatusRefused(services.Logger, pod.Metadata.Namespace, pod.Metadata.Name, e.Message);
            }
            catch (KubeApiException e)
            {
                Log.StatusNotSent(services.Logger, pod.Metadata.Namespace, pod.Metadata.Name, e.Message);
                await Task.Delay(Retry, services.Time, ct).ConfigureAwait(false);
            }
        }
    }
}
