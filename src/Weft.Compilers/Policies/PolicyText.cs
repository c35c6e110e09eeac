using System.Globalization;
using System.Text;
using Weft.Model.Policies;
using Weft.Model.Services;

namespace Weft.Compilers.Policies;

/// <summary>Compiled policies in plain words.</summary>
public static class PolicyText
{
    /// <summary>All of a table: pods with their rules, and who peers are.</summary>
    public static string Of(PolicyTable table)
    {
        var text = new StringBuilder();
        var alike = table.Pods.GroupBy(pod => (pod.Ingress, pod.Egress, pod.AuditedIngress, pod.AuditedEgress)).OrderBy(pods => pods.First().Address);
        foreach (var pods in alike)
        {
            text.AppendJoin(", ", pods.Select(pod => $"{pod.Namespace}/{pod.Name} ({pod.Address})")).Append('\n');
            foreach (var line in new[] { pods.Key.Ingress, pods.Key.Egress }.OfType<PolicyClass>().SelectMany(Of))
                text.Append("  ").Append(line).Append('\n');
            foreach (var line in new[] { pods.Key.AuditedIngress, pods.Key.AuditedEgress }.OfType<PolicyClass>().SelectMany(Of))
                text.Append("  under audit: ").Append(line).Append('\n');
            text.Append('\n');
        }

        foreach (var peer in table.Peers)
            text.Append(CultureInfo.InvariantCulture, $"peer {peer.Range}: {(peer.Identity.Terms.Count == 0 ? "nobody" : string.Join("; ", peer.Identity.Terms.Select(term => term.Text)))}\n");
        return text.ToString();
    }

    /// <summary>The rules of a class, a line each, in the order in which they are asked.</summary>
    public static IEnumerable<string> Of(PolicyClass rules)
    {
        var word = rules.Direction == PolicyDirection.Ingress ? "from" : "to";
        yield return rules.Direction == PolicyDirection.Ingress ? "ingress:" : "egress:";
        foreach (var rule in rules.Admin)
            yield return $"  {Rule(rule, word)}";
        foreach (var rule in rules.Namespaced)
            yield return $"  {Rule(rule, word)}";
        if (rules.IsolatedBy.Count > 0)
        {
            yield return $"  deny everything else: isolated by {string.Join(", ", rules.IsolatedBy.Select(policy => policy.ToString()))}";
            yield break;
        }

        foreach (var rule in rules.Baseline)
            yield return $"  {Rule(rule, word)}";
        yield return "  accept everything else";
    }

    /// <summary><c>TCP 80</c>, <c>UDP 8000-8999</c>, <c>any SCTP port</c>.</summary>
    public static string Port(PolicyPort port)
    {
        var protocol = ((L4Protocol)port.Protocol).ToString().ToUpperInvariant();
        if (port is { First: 0, Last: ushort.MaxValue })
            return $"any {protocol} port";
        return port.First == port.Last
            ? string.Create(CultureInfo.InvariantCulture, $"{protocol} {port.First}")
            : string.Create(CultureInfo.InvariantCulture, $"{protocol} {port.First}-{port.Last}");
    }

    private static string Rule(PolicyRule rule, string word)
    {
        var action = rule.Action switch { PolicyAction.Accept => "accept", PolicyAction.Deny => "deny", _ => "leave to the next tier" };
        var ports = rule.Ports is { } list ? string.Join(", ", list.Select(Port)) : "everything";
        var peers = rule.Peers is { } terms ? string.Join("; ", terms.Select(term => term.Text)) : "everybody";
        return $"{action} {ports} {word} {peers} ({rule.Name})";
    }
}
