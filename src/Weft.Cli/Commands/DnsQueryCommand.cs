using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.Cli.Output;
using Weft.Cli.Policies;
using Weft.Lab;
using Weft.Node.Dns.Asking;

namespace Weft.Cli.Commands;

/// <summary><c>weft dns query</c>: what a node answers, which object answers, and why so.</summary>
internal static class DnsQueryCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "The name. With --from it is completed as the pod's resolver does, unless it ends with a dot; else it is asked for as it is.", HelpName = "NAME" };
        var type = new Option<string>("--type", "-t") { Description = "The type of records: A, AAAA, SRV, PTR, TXT, ...", DefaultValueFactory = _ => "A", HelpName = "TYPE" };
        var from = new Option<string?>("--from") { Description = "Ask as this pod would: on its node, by its address, with its search list.", HelpName = "[NS/]POD" };
        var (space, node) = (LabOptions.Namespace(), new Option<string?>("--node") { Description = "Ask this node; without it the pod's, else the first one.", HelpName = "NODE" });
        var (lab, socket, output) = (LabOptions.Name(), PolicyLogCommand.AgentSocket(), LabOptions.Output("text", "json"));
        space.Description = "The namespace of the pod.";
        var command = new Command(
            "query",
            ("Show what a node answers, which object, cache entry or server answers, and why there is no record where there is none. "
                + "Exit code 0: there are records; 1: there are none; 2: nobody could be asked.")
            .WithExample("weft dns query web.default.svc.cluster.local", "weft dns query cart.shop --from default/client", "weft dns query _http._tcp.web.default.svc.cluster.local -t SRV -o json"))
        {
            name, type, from, space, node, lab, socket, output,
        };
        command.SetAction((parsed, ct) => DnsCommand.AskAsync(async () =>
        {
            var pod = parsed.GetValue(from) is { } text ? text.Contains('/', StringComparison.Ordinal) ? text : $"{parsed.GetValue(space)}/{text}" : null;
            var agent = await FindAsync(parsed.Lab(lab), parsed.GetValue(node), parsed.GetValue(socket), pod, ct);
            var report = await AskAsync(agent, parsed.GetValue(name)!, parsed.GetValue(type)!, pod, ct);
            if (parsed.GetValue(output) == "json")
                Console.WriteLine(JsonSerializer.Serialize(report, DnsJson.Plain.DnsQueryReport));
            else
                DnsQueryText.Write(report, Console.Out);
            return report.IsAnswered ? 0 : 1;
        }));
        return command;
    }

    private static async Task<Agent> FindAsync(LabDirectory lab, string? node, string? socket, string? pod, CancellationToken ct)
    {
        if (pod is not null && socket is null && File.Exists(lab.ControlSocket))
        {
            var pods = (await StatusCommand.ReadAsync(lab, ct)).Clusters.SelectMany(cluster => cluster.Pods);
            var known = pods.FirstOrDefault(one => $"{one.Namespace}/{one.Name}" == pod) ?? throw new LabException($"there is no pod {pod}: `weft status` lists them");
            node ??= known.Node ?? throw new LabException($"the pod {pod} runs on no node yet: `weft status` shows it when it does");
        }

        return Agent.Find(lab, node, socket)[0];
    }

    private static async Task<DnsQueryReport> AskAsync(Agent agent, string name, string type, string? pod, CancellationToken ct)
    {
        var question = new JsonObject { ["dns-query"] = new JsonObject { ["name"] = name, ["type"] = type, ["from"] = pod } };
        await foreach (var line in agent.AskAsync(question.ToJsonString(), ct))
            return JsonSerializer.Deserialize(line, DnsJson.Plain.DnsQueryReport)!;
        throw new LabException($"the agent of {agent.Name} went away without an answer: ask again when it is back");
    }
}
