using System.Globalization;
using Weft.Kubernetes;

namespace Weft.Lab.Pods.Logs;

/// <summary>Where the logs of a node's pods lie, in the kubelet's layout: <c>NAMESPACE_NAME_UID/CONTAINER/RUN.log</c>.</summary>
internal sealed class PodLogs(string folder)
{
    /// <summary>The log of one run of a container.</summary>
    public LogFile Of(Pod pod, string container, int run) =>
        new(Path.Combine(FolderOf(pod), container, $"{run.ToString(CultureInfo.InvariantCulture)}.log"));

    /// <summary>Removes a pod's logs.</summary>
    public void Delete(Pod pod)
    {
        if (Directory.Exists(FolderOf(pod)))
            Directory.Delete(FolderOf(pod), recursive: true);
    }

    private string FolderOf(Pod pod) => Path.Combine(folder, $"{pod.Metadata.Namespace}_{pod.Metadata.Name}_{pod.Metadata.Uid}");
}
