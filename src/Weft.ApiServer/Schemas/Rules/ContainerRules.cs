using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>What holds inside one container.</summary>
internal static class ContainerRules
{
    private static readonly string[] EnvironmentSources = ["configMapKeyRef", "fieldRef", "resourceFieldRef", "secretKeyRef"];

    public static void Validate(JsonObject container, Validation v)
    {
        if (container.Text("name") is { Length: > 0 } name)
            v.Check("name", name, Formats.Label(name));
        var image = container.Text("image");
        if (image.Length == 0)
            v.Required("image");
        else if (image.Trim().Length != image.Length)
            v.Invalid("image", container["image"], "must not have leading or trailing whitespace");
        if (container.Object("livenessProbe")?.Number("successThreshold") is { } live and not 1)
            v.Invalid("livenessProbe.successThreshold", live, "must be 1");
        if (container.Object("startupProbe")?.Number("successThreshold") is { } start and not 1)
            v.Invalid("startupProbe.successThreshold", start, "must be 1");
        if (container.Object("readinessProbe")?["terminationGracePeriodSeconds"] is { } grace)
            v.Invalid("readinessProbe.terminationGracePeriodSeconds", grace, "must not be set for readinessProbes");
        UniqueMounts(container, v);
    }

    public static void Port(JsonObject port, Validation v)
    {
        if (port.Text("name") is { Length: > 0 } name)
            v.Check("name", name, Formats.PortName(name));
        if (port.Number("hostPort") is { } host and not 0 && Formats.Port(host) is { } problem)
            v.Invalid("hostPort", port["hostPort"], problem);
    }

    public static void Environment(JsonObject variable, Validation v)
    {
        var name = variable.Text("name");
        if (name.Length > 0)
            v.Check("name", name, Formats.EnvironmentName(name));
        if (variable.Object("valueFrom") is not { } source)
            return;
        var sources = EnvironmentSources.Count(source.ContainsKey);
        if (sources == 0)
            v.Invalid("valueFrom", "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
        else if (variable.Text("value").Length > 0)
            v.Invalid("valueFrom", "", "may not be specified when `value` is not empty");
        else if (sources > 1)
            v.Invalid("valueFrom", "", "may not have more than one field specified at a time");
    }

    public static void EnvironmentSource(JsonObject source, Validation v)
    {
        var count = (source.ContainsKey("configMapRef") ? 1 : 0) + (source.ContainsKey("secretRef") ? 1 : 0);
        if (count == 0)
            v.Invalid("", "", "must specify one of: `configMapRef` or `secretRef`");
        else if (count > 1)
            v.Invalid("", "", "may not have more than one field specified at a time");
        foreach (var reference in (string[])["configMapRef", "secretRef"])
        {
            if (source.Object(reference) is { } target && target.Text("name").Length == 0)
                v.Required($"{reference}.name");
        }
    }

    private static void UniqueMounts(JsonObject container, Validation v)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var mount in container.Objects("volumeMounts"))
        {
            var path = mount.Text("mountPath");
            if (path.Length > 0 && !seen.Add(path))
                v.Invalid($"volumeMounts[{index}].mountPath", path, "must be unique");
            index++;
        }
    }
}
