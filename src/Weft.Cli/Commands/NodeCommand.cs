using System.CommandLine;
using Weft.Lab.Control;

namespace Weft.Cli.Commands;

/// <summary><c>weft node</c>: the node agent, programs inside a node, and faults of a node.</summary>
internal static class NodeCommand
{
    public static Command Create() => new("node", "Run the node agent or clean up after it, run programs on a node of a lab, or make it fail."
        .WithExample("weft node exec node1 -- ip route", "weft node run --kubeconfig /etc/weft/kubeconfig --node-name worker-1"))
    {
        NodeAgentCommand.Run(),
        NodeAgentCommand.Cleanup(),
        Exec(),
        Fault("stop", ControlVerb.NodeStop, "Stop a node with all its pods."),
        Fault("start", ControlVerb.NodeStart, "Start a stopped node, or join a cut one again."),
        Partition(),
    };

    private static Command Exec()
    {
        var name = LabOptions.Name();
        var node = Node();
        var words = LabOptions.CommandLine();
        var command = new Command("exec", "Run a program of the host inside a node's namespaces."
            .WithExample("weft node exec node1 -- ip route"))
        {
            name, node, words,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var request = new ControlRequest(ControlVerb.Enter) { Node = parsed.GetValue(node) };
            await ExecCommand.EnterAsync(parsed.Lab(name), request, parsed.GetValue(words)!, ct);
            return 0;
        });
        return command;
    }

    private static Command Fault(string word, string verb, string description)
    {
        var name = LabOptions.Name();
        var node = Node();
        var command = new Command(word, description.WithExample($"weft node {word} node2")) { name, node };
        command.SetAction(async (parsed, ct) =>
        {
            await ControlClient.AskAsync(parsed.Lab(name), new ControlRequest(verb) { Node = parsed.GetValue(node) }, ct: ct);
            return 0;
        });
        return command;
    }

    private static Command Partition()
    {
        var heal = new Option<bool>("--heal") { Description = "Join it again." };
        var name = LabOptions.Name();
        var node = Node();
        var command = new Command("partition", "Cut a node from the network that joins the nodes: it runs on, alone."
            .WithExample("weft node partition node2", "weft node partition node2 --heal"))
        {
            name, node, heal,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var verb = parsed.GetValue(heal) ? ControlVerb.NodeHeal : ControlVerb.NodePartition;
            await ControlClient.AskAsync(parsed.Lab(name), new ControlRequest(verb) { Node = parsed.GetValue(node) }, ct: ct);
            return 0;
        });
        return command;
    }

    private static Argument<string> Node() => new("node") { Description = "The node.", HelpName = "NODE" };
}
