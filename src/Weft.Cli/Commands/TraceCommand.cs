using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Weft.Cli.Rendering;
using Weft.Cli.Tracing;
using Weft.Compilers.Clusters;
using Weft.Compilers.Tracing;
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
        var (source, ns, output) = (new ClusterSource(), LabOptions.Namespace(), LabOptions.Output("text", "json"));
        var command = new Command("trace", "Predict the way of a connection: each rule with its object, every endpoint with its probability and what policies say of it, or why there is none. Sends no packet."
            .WithExample("weft trace client svc/web", "weft trace client svc/web:80 -f examples/services", "weft trace default/client kubernetes.default -o json"))
        {
            from, to, protocol, by, ns, output,
        };
        source.AddTo(command);
        command.SetAction(async (parsed, ct) =>
        {
            var (target, port) = TraceQuestion.Split(parsed.GetValue(to)!);
            var question = new TraceQuestion(parsed.GetValue(from)!, target, port, parsed.GetValue(ns)!, Enum.Parse<L4Protocol>(parsed.GetValue(protocol)!, ignoreCase: true), parsed.GetValue(by));
            var cluster = await source.ReadAsync(parsed, ct);
            var report = question.Answer(cluster.Objects, cluster.Pods);
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
}
