using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>ClusterNetworkPolicies, in the words in which a published definition of the kind is enforced.</summary>
/// <remarks>Source: policy.networking.k8s.io/v1alpha2, bounds and rules of its definition; texts of apiextensions and kube-openapi.</remarks>
internal static partial class ClusterPolicyRules
{
    private const int MostPriority = 1000;
    private const int MostItems = 25;
    private const int LongestName = 100;
    private const int LongestCidr = 43;
    private const string DomainNamePattern = @"^(\*\.)?([a-zA-z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.)+[a-zA-z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.?$";

    public static void Spec(JsonObject spec, Validation v)
    {
        if (!spec.ContainsKey("priority"))
            v.Required("priority");
        else
            Bounds(spec, "priority", 0, MostPriority, v);
        AtMost(spec, "ingress", v);
        AtMost(spec, "egress", v);
    }

    public static void IngressRule(JsonObject rule, Validation v) => Rule(rule, "from", v);

    public static void EgressRule(JsonObject rule, Validation v)
    {
        Rule(rule, "to", v);
        if (rule.Text("action") != "Accept" && rule.Objects("to").Any(peer => peer.ContainsKey("domainNames")))
            v.InvalidRaw("", "\"object\"", "domainNames may only be used with Accept action");
        var nameless = rule.Objects("to").Any(peer => peer.ContainsKey("networks") || peer.ContainsKey("nodes") || peer.ContainsKey("domainNames"));
        if (nameless && rule.Objects("protocols").Any(protocol => protocol.ContainsKey("destinationNamedPort")))
        {
            v.InvalidRaw("", "\"object\"",
                "networks/nodes/domainNames peer cannot be set with namedPorts since there are no namedPorts for networks/nodes/domainNames");
        }
    }

    /// <summary>Exactly one field is set: of subjects, peers, protocols and ports.</summary>
    public static void OneField(JsonObject obj, Validation v)
    {
        if (obj.Count > 1)
            v.TooMany("", obj.Count, 1);
        else
            AtLeastOneField(obj, v);
        if (obj.ContainsKey("number"))
            Bounds(obj, "number", 1, ushort.MaxValue, v);
    }

    public static void AtLeastOneField(JsonObject obj, Validation v)
    {
        if (obj.Count == 0)
            v.Invalid("", 0, $"{v.Path} in body should have at least 1 properties");
    }

    public static void EgressPeer(JsonObject peer, Validation v)
    {
        OneField(peer, v);
        Filled(peer, "networks", v);
        Filled(peer, "domainNames", v);
        foreach (var (place, name) in peer.Texts("domainNames").Index())
        {
            var field = $"domainNames[{place}]";
            if (peer.Texts("domainNames").Take(place).Contains(name))
                v.Duplicate(field, name);
            else if (!DomainName().IsMatch(name))
                v.Invalid(field, name, $"{v.Path.With(field)} in body should match '{DomainNamePattern}'");
        }

        var index = 0;
        foreach (var cidr in peer.Texts("networks"))
        {
            var field = $"networks[{index}]";
            if (peer.Texts("networks").Take(index++).Contains(cidr))
                v.Duplicate(field, cidr);
            if (cidr.Length > LongestCidr)
                v.TooLong(field, LongestCidr);
            else if (Formats.Cidr(cidr) is not null)
                v.InvalidRaw(field, "\"string\"", "Invalid CIDR format provided");
        }
    }

    public static void PortRange(JsonObject range, Validation v)
    {
        foreach (var field in new[] { "end", "start" })
        {
            if (!range.ContainsKey(field))
                v.Required(field);
            else
                Bounds(range, field, 1, ushort.MaxValue, v);
        }

        if (range.Number("start") >= range.Number("end"))
            v.InvalidRaw("", "\"object\"", "Start port must be less than End port");
    }

    [GeneratedRegex(DomainNamePattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex DomainName();

    private static void Rule(JsonObject rule, string peers, Validation v)
    {
        if (rule.Text("name").Length > LongestName)
            v.TooLong("name", LongestName);
        if (!rule.ContainsKey(peers))
            v.Required(peers);
        Filled(rule, peers, v);
        Filled(rule, "protocols", v);
    }

    /// <summary>A list that is there has 1 to 25 items.</summary>
    private static void Filled(JsonObject owner, string list, Validation v)
    {
        if (owner[list] is JsonArray { Count: 0 })
            v.Invalid(list, 0, $"{v.Path.With(list)} in body should have at least 1 items");
        AtMost(owner, list, v);
    }

    private static void AtMost(JsonObject owner, string list, Validation v)
    {
        if (owner[list] is JsonArray { Count: > MostItems and var count })
            v.TooMany(list, count, MostItems);
    }

    private static void Bounds(JsonObject owner, string field, long least, long most, Validation v)
    {
        if (owner.Number(field) is not { } number)
            return;
        if (number < least)
            v.Invalid(field, number, $"{v.Path.With(field)} in body should be greater than or equal to {least}");
        else if (number > most)
            v.Invalid(field, number, $"{v.Path.With(field)} in body should be less than or equal to {most}");
    }
}
