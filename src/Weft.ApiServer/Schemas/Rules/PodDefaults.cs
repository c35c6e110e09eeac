using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;

namespace Weft.ApiServer.Schemas.Rules;

/// <summary>Defaults of pods that depend on other fields.</summary>
internal static class PodDefaults
{
    /// <summary>What holds for pods and not for templates.</summary>
    public static void Pod(JsonObject pod)
    {
        if (pod.Object("spec") is not { } spec)
            return;
        spec.TryAdd("enableServiceLinks", true);
        foreach (var container in spec.Objects("containers").Concat(spec.Objects("initContainers")))
        {
            if (container.Object("resources") is { } resources)
                Requests(resources);
        }
        if (!spec.Flag("hostNetwork"))
            return;
        foreach (var port in spec.Objects("containers").Concat(spec.Objects("initContainers")).SelectMany(c => c.Objects("ports")))
        {
            if (port.Number("hostPort") is null or 0 && port["containerPort"] is { } number)
                port["hostPort"] = number.DeepClone();
        }
    }

    /// <summary>Keeps the old and the new name of the service account field alike.</summary>
    public static void Spec(JsonObject spec)
    {
        if (spec.Text("serviceAccountName") is { Length: > 0 } name)
            spec["serviceAccount"] = name;
        else if (spec.Text("serviceAccount") is { Length: > 0 } old)
            spec["serviceAccountName"] = old;
    }

    public static void Container(JsonObject container)
    {
        if (container.Text("imagePullPolicy").Length == 0 && container.Text("image") is { Length: > 0 } image)
            container["imagePullPolicy"] = TagOf(image) is null or "latest" ? "Always" : "IfNotPresent";
    }

    // An image with a digest counts as tagged: its content cannot change.
    private static string? TagOf(string image)
    {
        if (image.Contains('@', StringComparison.Ordinal))
            return "";
        var colon = image.LastIndexOf(':');
        return colon > image.LastIndexOf('/') ? image[(colon + 1)..] : null;
    }

    // A limit without a request is also the request.
    private static void Requests(JsonObject resources)
    {
        if (resources.Object("limits") is not { Count: > 0 } limits)
            return;
        if (resources.Object("requests") is not { } requests)
            resources["requests"] = requests = [];
        foreach (var (name, value) in limits)
            requests.TryAdd(name, value!.DeepClone());
    }
}
