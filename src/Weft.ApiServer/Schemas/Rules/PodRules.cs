using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>What holds across the fields of a pod.</summary>
/// <remarks>Source: kubernetes <c>pkg/apis/core/validation</c>.</remarks>
internal static class PodRules
{
    public static void Pod(JsonObject pod, Validation v)
    {
        if (pod.Object("spec") is null)
            v.Required("spec.containers");
        else
            v.Inside(pod, "spec", NoTemplateOnlyFields);
    }

    public static void Template(JsonObject template, Validation v)
    {
        if (template.Object("spec") is null)
            v.Required("spec.containers");
        v.Inside(template, "metadata", MetadataRules.LabelsAndAnnotations);
        v.Inside(template, "spec", (spec, inner) =>
        {
            if (spec["ephemeralContainers"] is JsonArray { Count: > 0 })
                inner.Forbidden("ephemeralContainers", "ephemeral containers not allowed in pod template");
        });
    }

    public static void Spec(JsonObject spec, Validation v)
    {
        UniqueNames(spec, v);
        InitContainers(spec, v);
        v.UniqueIn("volumes", spec.Objects("volumes"), "name");
        VolumeRules.References(spec, v);
        PortNames(spec, v);
        Dns(spec, v);
        Scheduling(spec, v);
        if (spec.Number("terminationGracePeriodSeconds") < 0)
            v.Invalid("terminationGracePeriodSeconds", spec["terminationGracePeriodSeconds"], "must be greater than or equal to 0");
        if (spec.Flag("hostPID") && spec.Flag("shareProcessNamespace"))
            v.Invalid("shareProcessNamespace", true, "ShareProcessNamespace and HostPID cannot both be enabled");
        v.Check("serviceAccountName", spec.Text("serviceAccountName"), Optional(spec.Text("serviceAccountName"), Formats.Subdomain));
        v.Check("nodeName", spec.Text("nodeName"), Optional(spec.Text("nodeName"), Formats.Subdomain));
    }

    private static void NoTemplateOnlyFields(JsonObject spec, Validation v)
    {
        if (spec["schedulingGates"] is JsonArray { Count: > 0 } && spec.Text("nodeName").Length > 0)
            v.Forbidden("nodeName", "cannot be set until all schedulingGates have been cleared");
    }

    private static string? Optional(string value, Func<string, string?> check) => value.Length == 0 ? null : check(value);

    private static void UniqueNames(JsonObject spec, Validation v)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var list in (string[])["initContainers", "containers", "ephemeralContainers"])
        {
            var index = 0;
            foreach (var container in spec.Objects(list))
            {
                var name = container.Text("name");
                if (name.Length > 0 && !seen.Add(name))
                    v.Duplicate($"{list}[{index}].name", container["name"]);
                index++;
            }
        }
    }

    private static void InitContainers(JsonObject spec, Validation v)
    {
        v.Each(spec, "initContainers", (container, inner) =>
        {
            var policy = container.Text("restartPolicy");
            if (policy is not ("" or "Always"))
                inner.Unsupported("restartPolicy", container["restartPolicy"], ["Always"]);
            if (policy == "Always")
                return;
            foreach (var field in (string[])["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"])
            {
                if (container.ContainsKey(field))
                    inner.Forbidden(field, "may not be set for init containers without restartPolicy=Always");
            }
        });
        v.Each(spec, "containers", (container, inner) =>
        {
            if (container.Text("restartPolicy").Length > 0)
                inner.Forbidden("restartPolicy", "may not be set for non-init containers");
        });
    }

    // Names are unique in a container; host ports in the pod.
    private static void PortNames(JsonObject spec, Validation v)
    {
        var hostPorts = new HashSet<string>(StringComparer.Ordinal);
        v.Each(spec, "containers", (container, inner) =>
        {
            inner.UniqueIn("ports", container.Objects("ports"), "name");
            inner.Each(container, "ports", (port, at) =>
            {
                if (port.Number("hostPort") is not > 0)
                    return;
                var key = $"{port.Text("protocol")}/{port.Text("hostIP")}/{port["hostPort"]}";
                if (!hostPorts.Add(key))
                    at.Duplicate("hostPort", $"{port.Text("protocol")}/{port.Text("hostIP")}/{port["hostPort"]}");
                if (spec.Flag("hostNetwork") && port.Number("hostPort") != port.Number("containerPort"))
                    at.Invalid("hostPort", port["hostPort"], "must match `containerPort` when `hostNetwork` is true");
            });
        });
    }

    private static void Dns(JsonObject spec, Validation v)
    {
        var config = spec.Object("dnsConfig");
        if (spec.Text("dnsPolicy") == "None")
        {
            if (config is null)
                v.Required("dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None");
            else if (!config.Texts("nameservers").Any())
                v.Required("dnsConfig.nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None");
        }
        if (config is null)
            return;
        var servers = config.Texts("nameservers").ToList();
        if (servers.Count > 3)
            v.InvalidRaw("dnsConfig.nameservers", $"[]string{{{string.Join(", ", servers.Select(GoSyntax.Quote))}}}", "must not have more than 3 nameservers");
        for (var i = 0; i < servers.Count; i++)
            v.Check($"dnsConfig.nameservers[{i}]", servers[i], Formats.Ip(servers[i]));
    }

    private static void Scheduling(JsonObject spec, Validation v)
    {
        foreach (var (key, value) in spec.Object("nodeSelector") ?? [])
            SelectorRules.Label(key, value.Text() ?? "", "nodeSelector", v);
        foreach (var alias in spec.Objects("hostAliases").SelectMany(a => a.Texts("hostnames")))
            v.Check("hostAliases.hostnames", alias, Formats.Subdomain(alias));
    }
}
