using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Weft.Compilers.Policies.Verdicts;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Reach;

/// <summary>Differences and explanations for people, and as JSON of a stable shape (docs/policies.md).</summary>
public static class ReachText
{
    /// <summary>What a change opens, then what it closes.</summary>
    public static string Of(PolicyDifference difference)
    {
        var text = new StringBuilder();
        foreach (var isOpened in (bool[])[true, false])
        {
            var changes = difference.Changes.Where(change => change.IsOpened == isOpened).ToList();
            if (changes.Count > 0)
                text.Append(isOpened ? "opened:\n" : "closed:\n");
            foreach (var change in changes)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {PartyNames.Show(change.From)} to {PartyNames.Show(change.To)}\n");
                text.Append(CultureInfo.InvariantCulture, $"      {PortPiece.Show(change.Ports)}: {By(change.By)}\n");
            }
        }

        if (difference.Changes.Count == 0)
            text.Append(CultureInfo.InvariantCulture, $"the same connections pass, between {difference.Pods} pods, nodes and the outside\n");
        Append(text, "only before, not compared", difference.OnlyBefore);
        Append(text, "only afterwards, not compared", difference.OnlyAfter);
        return text.ToString();
    }

    /// <summary>A difference for programs.</summary>
    public static JsonObject Json(PolicyDifference difference) => new()
    {
        ["equal"] = difference.Changes.Count == 0,
        ["pods"] = difference.Pods,
        ["changes"] = new JsonArray([.. difference.Changes.Select(change => (JsonNode)new JsonObject
        {
            ["change"] = change.IsOpened ? "opened" : "closed", ["from"] = Json(change.From), ["to"] = Json(change.To), ["ports"] = Json(change.Ports), ["by"] = change.By,
        })]),
        ["onlyBefore"] = Json(difference.OnlyBefore),
        ["onlyAfter"] = Json(difference.OnlyAfter),
    };

    /// <summary>What policies mean for a pod.</summary>
    /// <param name="explanation">The explanation.</param>
    /// <param name="placeOf">Where a policy was read from; null where that is not known.</param>
    public static string Of(PolicyExplanation explanation, Func<PolicyRuleName, string?> placeOf)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"pod {explanation.Pod} ({string.Join(", ", explanation.Addresses)}) on {explanation.Node}");
        text.Append(explanation.Labels.Length == 0 ? "\n" : $", labels {explanation.Labels}\n");
        if (explanation.Unpoliced is { } reason)
            return text.Append(reason).Append('\n').ToString();
        foreach (var direction in (ExplainedDirection[])[explanation.Ingress, explanation.Egress])
            Append(text, direction, explanation.Node);
        foreach (var policy in explanation.Ingress.Policies.Concat(explanation.Egress.Policies).Select(policy => policy with { Direction = default }).Distinct())
        {
            if (placeOf(policy) is { } place)
                text.Append(CultureInfo.InvariantCulture, $"{policy}: {place}\n");
        }

        return text.ToString();
    }

    /// <summary>An explanation for programs.</summary>
    public static JsonObject Json(PolicyExplanation explanation) => new()
    {
        ["pod"] = explanation.Pod,
        ["node"] = explanation.Node,
        ["addresses"] = Json(explanation.Addresses.Select(address => address.ToString())),
        ["labels"] = explanation.Labels,
        ["unpoliced"] = explanation.Unpoliced,
        ["ingress"] = Json(explanation.Ingress),
        ["egress"] = Json(explanation.Egress),
    };

    private static void Append(StringBuilder text, ExplainedDirection direction, string node)
    {
        var isIngress = direction.Direction == PolicyDirection.Ingress;
        var state = direction.IsolatedBy.Count > 0 ? $"isolated by {string.Join(", ", direction.IsolatedBy.Select(policy => policy.ToString()))}"
            : direction.Rules.Count > 0 ? "isolated by no NetworkPolicy, but rules of ClusterNetworkPolicies hold"
            : "no policy selects it";
        text.Append(CultureInfo.InvariantCulture, $"\n{(isIngress ? "what it accepts" : "what it opens")} ({PolicyStep.Word(direction.Direction)}): {state}\n");
        foreach (var rule in direction.Rules)
            text.Append("    ").Append(rule).Append('\n');
        Append(text, isIngress ? "who reaches it, as both ends have it" : "whom it reaches, as both ends have it", direction.Allowed, withPorts: true);
        if (isIngress)
            text.Append(CultureInfo.InvariantCulture, $"    everything: itself, and its own node {node} (always)\n");
        Append(text, isIngress ? "who does not" : "whom it does not", direction.Denied, withPorts: false);
        Append(text, "would be denied if the policies under audit were enforced", direction.DeniedUnderAudit, withPorts: true);
    }

    private static void Append(StringBuilder text, string title, EquatableArray<ExplainedPeers> peers, bool withPorts)
    {
        if (peers.Count == 0 && (!withPorts || title.StartsWith("would", StringComparison.Ordinal)))
            return;
        text.Append(CultureInfo.InvariantCulture, $"  {title}:\n");
        foreach (var entry in peers)
            text.Append(CultureInfo.InvariantCulture, $"    {(withPorts ? $"{PortPiece.Show(entry.Ports)}: " : "")}{PartyNames.Show(entry.Who)} ({By(entry.By)})\n");
        if (peers.Count == 0)
            text.Append("    nobody\n");
    }

    private static void Append(StringBuilder text, string title, EquatableArray<string> names)
    {
        if (names.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"{title}: {PartyNames.Show(names)}\n");
    }

    private static JsonObject Json(ExplainedDirection direction) => new()
    {
        ["isolatedBy"] = Json(direction.IsolatedBy.Select(policy => policy.ToString())),
        ["policies"] = Json(direction.Policies.Select(policy => policy.ToString())),
        ["rules"] = Json(direction.Rules),
        ["allowed"] = Json(direction.Allowed),
        ["denied"] = Json(direction.Denied),
        ["deniedUnderAudit"] = Json(direction.DeniedUnderAudit),
    };

    private static JsonArray Json(EquatableArray<ExplainedPeers> peers) => new([.. peers.Select(entry => (JsonNode)new JsonObject
    {
        ["who"] = Json(entry.Who), ["ports"] = Json(entry.Ports), ["by"] = entry.By,
    })]);

    private static JsonArray Json(EquatableArray<PortPiece> ports) => Json(PortPiece.Merge(ports).Select(piece => piece.Code()));

    private static JsonArray Json(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static string By(string rules) => rules.Length == 0 ? "no policy" : rules;
}
