using System.Text.Json.Nodes;

namespace Weft.Kubernetes;

/// <summary>JSON merge patches (RFC 7386): what to send so that fields unknown to us stay as they are.</summary>
public static class MergePatch
{
    /// <summary>The patch that makes <paramref name="to"/> out of <paramref name="from"/>; null when they are equal.</summary>
    public static JsonObject? Between(JsonObject from, JsonObject to)
    {
        var patch = new JsonObject();
        foreach (var (name, value) in to)
        {
            if (from[name] is JsonObject oldObject && value is JsonObject newObject)
            {
                if (Between(oldObject, newObject) is { } inner)
                    patch[name] = inner;
            }
            else if (!JsonNode.DeepEquals(from[name], value))
            {
                patch[name] = value?.DeepClone();
            }
        }

        foreach (var (name, value) in from)
        {
            if (value is not null && !to.ContainsKey(name))
                patch[name] = null;
        }

        return patch.Count == 0 ? null : patch;
    }

    /// <summary>The patch between two typed objects of a kind; null when they are equal.</summary>
    public static JsonObject? Between<T>(T from, T to) => Between(KubeJson.ToJson(from), KubeJson.ToJson(to));

    /// <summary>Applies a patch to <paramref name="target"/> in place, and returns it.</summary>
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
                target.Remove(name);
            else if (value is JsonObject inner)
                target[name] = Apply(target[name] is JsonObject old ? Detach(target, name, old) : [], inner);
            else
                target[name] = value.DeepClone();
        }

        return target;
    }

    private static JsonObject Detach(JsonObject parent, string name, JsonObject child)
    {
        parent.Remove(name);
        return child;
    }
}
