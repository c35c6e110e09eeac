using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Schemas;

namespace Weft.ApiServer.Writes;

/// <summary>Decides which address families a Service has, from what it asks for and what the cluster offers.</summary>
/// <param name="configured">The families of the cluster's ranges, the default one first.</param>
/// <remarks>Source: KEP-563 and kube-apiserver's service registry.</remarks>
internal sealed class ServiceFamilies(IReadOnlyList<string> configured)
{
    private const string Single = "SingleStack";
    private const string Prefer = "PreferDualStack";
    private const string Require = "RequireDualStack";
    private const string PolicyField = "spec.ipFamilyPolicy";

    /// <summary>Whether a Service that prefers two families is left as it is: a cluster that gains or loses a family does not change it.</summary>
    public static bool KeepsPreference(JsonObject spec, JsonObject? old) =>
        old is not null && old.Text("type") != "ExternalName"
        && spec.Text("ipFamilyPolicy") == Prefer && old.Text("ipFamilyPolicy") == Prefer
        && Same(spec, old, "clusterIPs") && Same(spec, old, "ipFamilies") && old.Items("clusterIPs").Any();

    /// <summary>Sets <c>ipFamilyPolicy</c> and <c>ipFamilies</c>, and drops what a change to one family gives back.</summary>
    public void Settle(JsonObject spec, JsonObject? old, List<FieldError> errors)
    {
        if (spec.Text("type") == "ExternalName" || KeepsPreference(spec, old))
            return;
        var headless = spec.Text("clusterIP") == "None";
        // Whoever writes the endpoints of such a Service chooses their families, whatever the cluster's ranges are.
        var bare = headless && !spec.Fields("selector").Any();
        var policy = spec.Text("ipFamilyPolicy") ?? old.Text("ipFamilyPolicy") ?? (bare ? Require : Single);
        spec["ipFamilyPolicy"] = policy;
        if (headless)
            spec["clusterIPs"] = new JsonArray("None");
        else if (!spec.Items("clusterIPs").Any() && spec.Text("clusterIP") is { Length: > 0 } only)
            spec["clusterIPs"] = new JsonArray(only);
        CheckRelease(spec, old, policy, errors);
        var families = Infer(spec, headless, errors);
        if (errors.Count > 0)
            return;
        if (!bare)
            CheckConfigured(policy, families, errors);
        if (families.Count == 0)
            families.Add(configured[0]);
        if (families.Count == 1 && policy != Single && (bare || configured.Count == 2))
            families.Add(families[0] == "IPv4" ? "IPv6" : "IPv4");
        spec["ipFamilies"] = JsonText.List(families);
    }

    private static void CheckRelease(JsonObject spec, JsonObject? old, string policy, List<FieldError> errors)
    {
        foreach (var (field, what, plural) in (ReadOnlySpan<(string, string, string)>)[("clusterIPs", "cluster IP", "cluster IPs"), ("ipFamilies", "IP family", "IP families")])
        {
            if (policy != Single)
            {
                if (old is not null && old.Text("type") != "ExternalName" && Reduced(spec, old, field))
                    errors.Add(FieldError.Invalid(PolicyField, $"\"{policy}\"", $"must be '{Single}' to release the secondary {what}"));
                continue;
            }
            // With unchanged lists, the policy alone says that the second family goes.
            if (old is not null && Same(spec, old, field) && spec.Texts(field) is { Count: > 1 } both)
                spec[field] = JsonText.List([both[0]]);
            if (spec.Texts(field).Count > 1)
                errors.Add(FieldError.Invalid(PolicyField, $"\"{policy}\"", $"must be '{Require}' or '{Prefer}' when multiple {plural} are specified"));
        }
    }

    private List<string> Infer(JsonObject spec, bool headless, List<FieldError> errors)
    {
        var families = spec.Texts("ipFamilies");
        var addresses = headless ? [] : spec.Texts("clusterIPs");
        for (var i = families.Count; i < addresses.Count; i++)
        {
            var family = addresses[i].Contains(':', StringComparison.Ordinal) ? "IPv6" : "IPv4";
            if (configured.Contains(family))
                families.Add(family);
            else
                errors.Add(FieldError.Invalid($"spec.clusterIPs[{i}]", JsonText.List(addresses).ToJsonString(), $"{family} is not configured on this cluster"));
        }
        return families;
    }

    private void CheckConfigured(string policy, List<string> families, List<FieldError> errors)
    {
        if (policy == Require && configured.Count < 2)
            errors.Add(FieldError.Invalid(PolicyField, $"\"{policy}\"", "this cluster is not configured for dual-stack services"));
        for (var i = 0; i < families.Count; i++)
        {
            if (!configured.Contains(families[i]))
                errors.Add(FieldError.Invalid($"spec.ipFamilies[{i}]", $"\"{families[i]}\"", "not configured on this cluster"));
        }
    }

    private static bool Same(JsonObject spec, JsonObject old, string field) => spec.Texts(field).SequenceEqual(old.Texts(field));

    private static bool Reduced(JsonObject spec, JsonObject old, string field) =>
        spec.Texts(field) is { Count: 1 } now && old.Texts(field) is { Count: 2 } before && now[0] == before[0];
}
