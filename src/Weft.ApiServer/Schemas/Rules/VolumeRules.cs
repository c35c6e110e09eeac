using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>Volumes and the mounts that use them.</summary>
internal static class VolumeRules
{
    /// <summary>A volume without a source is an emptyDir.</summary>
    public static void Default(JsonObject volume)
    {
        if (volume.All(field => field.Key == "name"))
            volume["emptyDir"] = new JsonObject();
    }

    public static void Validate(JsonObject volume, Validation v)
    {
        if (volume.Text("name") is { Length: > 0 } name)
            v.Check("name", name, Formats.Label(name));
        var sources = 0;
        foreach (var (field, _) in volume)
        {
            if (field != "name" && sources++ > 0)
                v.Forbidden(field, "may not specify more than 1 volume type");
        }
        if (volume.Object("configMap") is { } config && config.Text("name").Length == 0)
            v.Required("configMap.name");
        if (volume.Object("secret") is { } secret && secret.Text("secretName").Length == 0)
            v.Required("secret.secretName");
        if (volume.Object("hostPath") is { } host && host.Text("path").Split('/').Contains(".."))
            v.Invalid("hostPath.path", host["path"], "must not contain '..'");
    }

    public static void Mount(JsonObject mount, Validation v)
    {
        var path = mount.Text("subPath");
        if (path.StartsWith('/'))
            v.Invalid("subPath", path, "must be a relative path");
        else if (path.Split('/').Contains(".."))
            v.Invalid("subPath", path, "must not contain '..'");
        if (path.Length > 0 && mount.Text("subPathExpr").Length > 0)
            v.Invalid("subPathExpr", mount["subPathExpr"], "subPathExpr and subPath are mutually exclusive");
    }

    /// <summary>Every mount names a volume of the pod.</summary>
    public static void References(JsonObject spec, Validation v)
    {
        var volumes = spec.Objects("volumes").Select(volume => volume.Text("name")).ToHashSet(StringComparer.Ordinal);
        foreach (var list in (string[])["initContainers", "containers", "ephemeralContainers"])
        {
            v.Each(spec, list, (container, at) => at.Each(container, "volumeMounts", (mount, inner) =>
            {
                var name = mount.Text("name");
                if (name.Length > 0 && !volumes.Contains(name))
                    inner.NotFound("name", name);
            }));
        }
    }
}
