using System.CommandLine;
using Weft.Kubernetes.Client;
using Weft.Node;

namespace Weft.Cli.Commands;

/// <summary><c>weft node run</c> and <c>weft node cleanup</c>: the node agent, in a lab and on a real node.</summary>
internal static class NodeAgentCommand
{
    private const string NodeNameVariable = "NODE_NAME";

    public static Command Run()
    {
        var kubeconfig = new Option<string?>("--kubeconfig")
        {
            Description = "The kubeconfig; by default KUBECONFIG, or the service account of the pod that this runs in.",
            HelpName = "FILE",
        };
        var context = new Option<string?>("--context") { Description = "The context of the kubeconfig; its current one by default.", HelpName = "CONTEXT" };
        var nodeName = new Option<string?>("--node-name") { Description = $"The node that this agent serves; by default {NodeNameVariable}, or the host's name as a kubelet takes it.", HelpName = "NODE" };
        var confDir = ConfDir("Where the CNI configuration is written; the default is where container runtimes look.");
        var binDir = new Option<string>("--cni-bin-dir")
        {
            Description = "Where the plugins are that a configuration of your own names.",
            DefaultValueFactory = _ => "/opt/cni/bin",
            HelpName = "DIR",
        };
        var healthPort = new Option<int>("--health-port") { Description = "Port of the loopback for /healthz and /metrics; 0 is off.", DefaultValueFactory = _ => 0, HelpName = "PORT" };
        var proxyHealthPort = new Option<int>("--proxy-health-port")
        {
            Description = "Port of every address for /healthz and /livez, which load balancers ask; 0 is off.",
            DefaultValueFactory = _ => 10256,
            HelpName = "PORT",
        };
        var resolvConf = new Option<string>("--resolv-conf")
        {
            Description = "The file that says whom this node asks for names of others, as the kubelet's option of this name; \"\" is nobody.",
            DefaultValueFactory = _ => "/etc/resolv.conf",
            HelpName = "FILE",
        };
        var command = new Command("run", "Run the node agent: pod routes, masquerade, CNI configuration, Services, policies and names of one node, until it is stopped."
            .WithExample("weft node run --kubeconfig /etc/weft/kubeconfig --node-name worker-1"))
        {
            kubeconfig, context, nodeName, confDir, binDir, healthPort, proxyHealthPort, resolvConf,
        };
        command.SetAction(async (parsed, ct) =>
        {
            await NodeAgent.RunAsync(
                new NodeAgentOptions
                {
                    KubeConfig = parsed.GetValue(kubeconfig) is { } file ? KubeConfig.Load(file, parsed.GetValue(context)) : KubeConfig.LoadDefault(parsed.GetValue(context)),
                    NodeName = parsed.GetValue(nodeName) ?? DefaultNodeName(),
                    CniConfDir = parsed.GetValue(confDir)!,
                    CniBinDir = parsed.GetValue(binDir)!,
                    HealthPort = parsed.GetValue(healthPort),
                    ProxyHealthPort = parsed.GetValue(proxyHealthPort),
                    ResolvConf = parsed.GetValue(resolvConf)!,
                },
                ct);
            return 0;
        });
        return command;
    }

    public static Command Cleanup()
    {
        var confDir = ConfDir("Where the CNI configuration was written.");
        var command = new Command("cleanup", "Remove everything that the node agent put on this node: routes, rules, overlay, tables, Services, addresses of DNS, CNI configuration. Stop the agent first."
            .WithExample("weft node cleanup"))
        {
            confDir,
        };
        command.SetAction(parsed =>
        {
            var steps = NodeCleanup.Run(parsed.GetValue(confDir)!);
            foreach (var step in steps)
                (step.Problem is null ? Console.Out : Console.Error).WriteLine(step);
            return steps.All(step => step.Problem is null) ? 0 : 1;
        });
        return command;
    }

    /// <summary>As kubelets name their node: the host's name in lower case.</summary>
    private static string DefaultNodeName() =>
        Environment.GetEnvironmentVariable(NodeNameVariable) is { Length: > 0 } name ? name : System.Net.Dns.GetHostName().Trim().ToLowerInvariant();

    private static Option<string> ConfDir(string description) =>
        new("--cni-conf-dir") { Description = description, DefaultValueFactory = _ => "/etc/cni/net.d", HelpName = "DIR" };
}
