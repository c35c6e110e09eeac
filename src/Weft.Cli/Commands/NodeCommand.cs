using System.CommandLine;
using Weft.Kubernetes.Client;
using Weft.Lab.Control;
using Weft.Node;

namespace Weft.Cli.Commands;

/// <summary><c>weft node</c>: the node agent, programs inside a node, and faults of a node.</summary>
internal static class NodeCommand
{
    public static Command Create() => new("node", "Run the node agent, run programs on a node of a lab, or make it fail."
        .WithExample("weft node exec node1 -- ip route", "weft node run --kubeconfig /etc/weft/kubeconfig --node-name worker-1"))
    {
        Run(),
        Exec(),
        Fault("stop", ControlVerb.NodeStop, "Stop a node with all its pods."),
        Fault("start", ControlVerb.NodeStart, "Start a stopped node, or join a cut one again."),
        Fault("partition", ControlVerb.NodePartition, "Cut a node from the network that joins the nodes."),
    };

    private static Command Run()
    {
        var kubeconfig = new Option<string?>("--kubeconfig")
        {
            Description = "The kubeconfig; by default KUBECONFIG, or the service account of the pod that this runs in.",
            HelpName = "FILE",
        };
        var context = new Option<string?>("--context") { Description = "The context of the kubeconfig; its current one by default.", HelpName = "CONTEXT" };
        var nodeName = new Option<string>("--node-name") { Description = "The node that this agent serves.", Required = true, HelpName = "NODE" };
        var confDir = new Option<string>("--cni-conf-dir")
        {
            Description = "Where the CNI configuration is written; the default is where container runtimes look.",
            DefaultValueFactory = _ => "/etc/cni/net.d",
            HelpName = "DIR",
        };
        var healthPort = new Option<int>("--health-port") { Description = "Port of the loopback for /healthz and /metrics; 0 is off.", DefaultValueFactory = _ => 0, HelpName = "PORT" };
        var proxyHealthPort = new Option<int>("--proxy-health-port")
        {
            Description = "Port of every address for /healthz and /livez, which load balancers ask; 0 is off.",
            DefaultValueFactory = _ => 10256,
            HelpName = "PORT",
        };
        var command = new Command("run", "Run the node agent: pod routes, masquerade, CNI configuration and Services of one node, until it is stopped."
            .WithExample("weft node run --kubeconfig /etc/weft/kubeconfig --node-name worker-1"))
        {
            kubeconfig, context, nodeName, confDir, healthPort, proxyHealthPort,
        };
        command.SetAction(async (parsed, ct) =>
        {
            await NodeAgent.RunAsync(
                new NodeAgentOptions
                {
                    KubeConfig = parsed.GetValue(kubeconfig) is { } file ? KubeConfig.Load(file, parsed.GetValue(context)) : KubeConfig.LoadDefault(parsed.GetValue(context)),
                    NodeName = parsed.GetValue(nodeName)!,
                    CniConfDir = parsed.GetValue(confDir)!,
                    HealthPort = parsed.GetValue(healthPort),
                    ProxyHealthPort = parsed.GetValue(proxyHealthPort),
                },
                ct);
            return 0;
        });
        return command;
    }

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

    private static Argument<string> Node() => new("node") { Description = "The node.", HelpName = "NODE" };
}
