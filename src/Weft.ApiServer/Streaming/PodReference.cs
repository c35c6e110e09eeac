using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;

namespace Weft.ApiServer.Streaming;

/// <summary>The pod of a stream: which containers it has and what they do.</summary>
internal sealed record PodReference(string Namespace, string Name, string NodeName, JsonObject Spec, JsonObject Status)
{
    public static PodReference Of(JsonObject pod)
    {
        var meta = pod.Object("metadata") ?? [];
        var spec = pod.Object("spec") ?? [];
        return new PodReference(meta.Text("namespace"), meta.Text("name"), spec.Text("nodeName"), spec, pod.Object("status") ?? []);
    }

    /// <summary>The container that is meant: the named one, or the only one.</summary>
    /// <exception cref="PodRuntimeException">There is no such container, or a choice is needed; in upstream's words.</exception>
    public string Choose(string? asked)
    {
        var containers = Names("containers");
        var init = Names("initContainers");
        if (string.IsNullOrEmpty(asked))
        {
            if (containers is [var only] && init.Count == 0)
                return only;
            throw new PodRuntimeException("BadRequest", MustChoose(containers, init));
        }
        if (containers.Contains(asked) || init.Contains(asked) || Names("ephemeralContainers").Contains(asked))
            return asked;
        throw new PodRuntimeException("BadRequest", $"container {asked} is not valid for pod {Name}");
    }

    /// <summary>Why a container has no log yet, or null when it may have one.</summary>
    /// <remarks>Source: kubelet <c>validateContainerLogStatus</c>.</remarks>
    public string? WhyNoLog(string container)
    {
        string[] lists = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];
        var status = lists.SelectMany(Status.Objects).FirstOrDefault(s => s.Text("name") == container);
        if (status?.Object("state")?.Object("waiting") is not { } waiting || status.Object("lastState")?.Object("terminated") is not null)
            return null;
        var reason = waiting.Text("reason") switch
        {
            "ErrImagePull" => "image can't be pulled",
            "ImagePullBackOff" => "trying and failing to pull image",
            var other => other,
        };
        return $"container \"{container}\" in pod \"{Name}\" is waiting to start: {reason}";
    }

    private string MustChoose(List<string> containers, List<string> init)
    {
        var text = $"a container name must be specified for pod {Name}, choose one of: [{string.Join(' ', containers)}]";
        return init.Count == 0 ? text : $"{text} or one of the init containers: [{string.Join(' ', init)}]";
    }

    private List<string> Names(string list) => [.. Spec.Objects(list).Select(c => c.Text("name"))];
}
