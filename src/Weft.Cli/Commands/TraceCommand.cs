using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Weft.Cli.Rendering;
using Weft.Cli.Tracing;
using Weft.Compilers.Clusters;
using Weft.Compilers.Tracing;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Cli.Commands;

/// <summary><c>weft trace</c>: the predicted way of a connection, hop by hop.</summary>
internal static class TraceCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var from = new Argument<string>("from") { Description = "The client: a pod, node/NAME, or an address.", HelpName = "FROM" };
        var to = new Argument<string>("to") { Description = "The destination: svc/NAME, NAME.NAMESPACE, a pod, node/NAME, or an address, with :PORT.", HelpName = "TO[:PORT]" };
        var protocol = new Option<string>("--protocol") { Description = "tcp, udp or sctp.", DefaultValueFactory = _ => "tcp" };
        protocol.AcceptOnlyFromAmong("tcp", "udp", "sctp");
        var by = new Option<ProxyMode?>("--target")
        {
            Description = "How Services are balanced: nftables, iptables, ipvs or none; as the cluster's settings say unless given.",
            HelpName = "TARGET",
            CustomParser = parsed => Enum.TryParse<ProxyMode>(parsed.Tokens[0].Value, ignoreCase: true, out var mode) && !char.IsDigit(parsed.Tokens[0].Value[0])
                ? mode
                : Unknown(parsed),
        };
        var (files, quiet, ns, name, output) = (ManifestCluster.Files(), ManifestCluster.Quiet(), LabOptions.Namespace(), LabOptions.Name(), LabOptions.Output("text", "json"));
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "Read the objects of this cluster instead of the lab's.", HelpName = "FILE" };
        var command = new Command("trace", "Predict the way of a connection: each rule with its object, every endpoint with its probability, or why there is none. Sends no packet."
            .WithExample("weft trace client svc/web", "weft trace client svc/web:80 -f examples/services", "weft trace default/client kubernetes.default -o json"))
        {
            from, to, protocol, by, files, quiet, ns, name, kubeconfig, output,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var (target, port) = TraceQuestion.Split(parsed.GetValue(to)!);
            var question = new TraceQuestion(parsed.GetValue(from)!, target, port, parsed.GetValue(ns)!, Enum.Parse<L4Protocol>(parsed.GetValue(protocol)!, ignoreCase: true), parsed.GetValue(by));
            var (objects, pods) = parsed.GetValue(files) is { Length: > 0 } manifests
                ? await OfflineAsync(manifests, parsed.GetValue(quiet), ct)
                : await LiveAsync(parsed.GetValue(kubeconfig) ?? LabKubeconfig(parsed.Lab(name)), ct);
            var report = question.Answer(objects, pods);
            Console.Write(parsed.GetValue(output) == "json"
                ? TraceText.Json(report).ToJsonString(Indented) + "\n"
                : TraceText.Of(report, !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))));
            return report.Outcome == TraceOutcome.Delivered ? 0 : 1;
        });
        return command;
    }

    private static ProxyMode? Unknown(ArgumentResult argument)
    {
        argument.AddError($"--target {argument.Tokens[0].Value}: it is nftables, iptables, ipvs or none");
        return null;
    }

    private static async Task<(ClusterSnapshot Objects, EquatableArray<Pod> Pods)> OfflineAsync(string[] files, bool quiet, CancellationToken ct)
    {
        var cluster = await ManifestCluster.ReadAsync(files, quiet, ct);
        return (cluster.Objects, cluster.Pods);
    }

    private static async Task<(ClusterSnapshot Objects, EquatableArray<Pod> Pods)> LiveAsync(string kubeconfig, CancellationToken ct)
    {
        using var client = new KubeClient(KubeConfig.Load(kubeconfig));
        return await LiveObjects.ReadAsync(client, ct);
    }

    private static string LabKubeconfig(LabDirectory lab) => File.Exists(lab.Kubeconfig)
        ? lab.Kubeconfig
        : throw new LabException($"there is no running lab '{lab.Name}': `weft up` starts one; -f FILE traces manifests offline");
}
