using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Weft.Cli.Output;
using Weft.Lab;
using Weft.Lab.Control;

namespace Weft.Cli.Commands;

/// <summary><c>weft status</c>: nodes, pods, addresses and the health of every part.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var name = LabOptions.Name();
        var output = LabOptions.Output("table", "json");
        var command = new Command("status", "Show nodes, pods, addresses and the health of every part."
            .WithExample("weft status", "weft status -o json"))
        {
            name, output,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var status = await ReadAsync(parsed.Lab(name), ct);
            if (parsed.GetValue(output) == "json")
                Console.WriteLine(JsonSerializer.Serialize(status, LabJson.Indented.LabStatus));
            else
                Print(status);
            return 0;
        });
        return command;
    }

    public static async Task<LabStatus> ReadAsync(LabDirectory lab, CancellationToken ct) =>
        (await ControlClient.AskAsync(lab, new ControlRequest(ControlVerb.Status), ct: ct)).Status!;

    public static void Print(LabStatus status)
    {
        foreach (var cluster in status.Clusters)
        {
            PrintNodes(cluster);
            PrintPods(cluster);
            var parts = new TextTable("PART", "HEALTH", "PID", "MEMORY");
            foreach (var part in cluster.Parts)
                parts.Add(part.Name, part.Healthy ? "healthy" : part.Message ?? "down", part.Pid.ToString(CultureInfo.InvariantCulture), $"{part.ResidentBytes >> 20} MiB");
            Section(parts);
            if (cluster.Published.Count == 0)
                continue;
            var published = new TextTable("ON THE HOST", "LEADS TO");
            foreach (var port in cluster.Published)
                published.Add(port.Address, port.Target);
            Section(published);
        }
    }

    public static void PrintNodes(ClusterReport cluster)
    {
        var nodes = new TextTable("NODE", "STATUS", "ADDRESS", "POD RANGE");
        foreach (var node in cluster.Nodes)
            nodes.Add(node.Name, node.Ready ? "Ready" : $"NotReady: {node.Message}", string.Join(',', node.Ips), string.Join(',', node.PodCIDRs));
        nodes.Write(Console.Out);
    }

    public static void PrintPods(ClusterReport cluster)
    {
        var pods = new TextTable("NAMESPACE", "POD", "READY", "STATUS", "ADDRESS", "NODE", "");
        foreach (var pod in cluster.Pods)
            pods.Add(pod.Namespace, pod.Name, pod.Ready ? "yes" : "no", pod.Phase, string.Join(',', pod.Ips), pod.Node, pod.Message ?? " ");
        Section(pods);
    }

    private static void Section(TextTable table)
    {
        Console.WriteLine();
        table.Write(Console.Out);
    }
}
