using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Weft.Cli.Output;
using Weft.Cli.Policies;
using Weft.Model.Policies;
using Weft.Node.Policies.Verdicts;

namespace Weft.Cli.Commands;

/// <summary><c>weft policy audit</c>: what policies under audit would have denied.</summary>
internal static class PolicyAuditCommand
{
    public static Command Create()
    {
        var (name, output, node, socket) = (LabOptions.Name(), LabOptions.Output("table", "json"), PolicyLogCommand.Node(), PolicyLogCommand.AgentSocket());
        var follow = PolicyLogCommand.Follow("Show each packet as it comes, as `weft policy log` does, until Ctrl-C.");
        var ns = new Option<string?>("--namespace", "-n") { Description = "Only with a pod of this namespace at either end.", HelpName = "NAMESPACE" };
        var command = new Command("audit", "Show which policies are under audit (annotation weft/policy-audit: \"true\" on a policy or its namespace) and what they would have denied since the agents started. Nothing is dropped for them."
            .WithExample("weft policy audit", "weft policy audit -o json", "weft policy audit -f"))
        {
            follow, ns, node, name, socket, output,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var agents = Agent.Find(parsed.Lab(name), parsed.GetValue(node), parsed.GetValue(socket));
            var (filter, json) = (VerdictFilter.Of(parsed.GetValue(ns), pod: null, VerdictAction.Audit), parsed.GetValue(output) == "json");
            if (parsed.GetValue(follow))
            {
                await PolicyLogCommand.PrintAsync(new VerdictFeed(agents, Console.Error.WriteLine), follow: true, filter, json, ct);
                return 0;
            }

            var summary = await AuditSummary.ReadAsync(agents, filter, Console.Error.WriteLine, ct);
            if (json)
                Console.WriteLine(JsonSerializer.Serialize(summary, AuditJson.Default.AuditSummary));
            else
                Print(summary, Console.Out);
            return 0;
        });
        return command;
    }

    private static void Print(AuditSummary summary, TextWriter writer)
    {
        if (summary.Policies.Count == 0)
        {
            writer.WriteLine("no policy is under audit: annotate one, or its namespace, with weft/policy-audit=true");
            return;
        }

        var policies = new TextTable("POLICY UNDER AUDIT", "BY", "PODS", "WOULD HAVE DENIED");
        foreach (var (policy, by, pods, packets) in summary.Policies)
            policies.Add(policy.ToString(), by, Text(pods), Text(packets));
        policies.Write(writer);
        writer.WriteLine();
        if (summary.Connections.Count == 0)
        {
            writer.WriteLine("nothing would have been denied so far");
            return;
        }

        var connections = new TextTable("FROM", "TO", "PORT", "DIRECTION", "LOGGED", "FIRST", "LAST", "WOULD BE DENIED BY");
        foreach (var each in summary.Connections)
        {
            var (isIngress, peer) = (each.Direction == PolicyDirection.Ingress, VerdictText.Peer(each.PeerKind, each.Peer));
            connections.Add(
                isIngress ? peer : each.Pod, isIngress ? each.Pod : peer, VerdictText.Port(each.Protocol, each.Port), isIngress ? "ingress" : "egress",
                Text(each.Packets), Age.Since(each.First), Age.Since(each.Last), each.Reason);
        }

        connections.Write(writer);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
