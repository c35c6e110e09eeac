using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Weft.Cli.Output;
using Weft.Lab;
using Weft.Lab.Control;
using Weft.Lab.Probing;

namespace Weft.Cli.Commands;

/// <summary><c>weft probe</c>: who reaches whom, measured with real packets.</summary>
internal static class ProbeCommand
{
    public static Command Create()
    {
        var name = LabOptions.Name();
        var space = new Option<string?>("--namespace", "-n") { Description = "Only pods of this namespace.", HelpName = "NAMESPACE" };
        var from = new Option<string?>("--from") { Description = "Sources: a label selector, POD, NS/POD, node/NAME or nodes; every pod by default.", HelpName = "SEL" };
        var to = new Option<string?>("--to") { Description = "Targets: a label selector, POD, NS/POD, svc/NAME, node/NAME or HOST[:PORT]; every pod by default.", HelpName = "TARGET" };
        var port = new Option<int?>("--port") { Description = "Port of every target; by default the first that each pod declares.", HelpName = "PORT" };
        var protocol = new Option<string>("--protocol") { Description = "tcp or udp.", DefaultValueFactory = _ => "tcp" };
        protocol.AcceptOnlyFromAmong("tcp", "udp");
        var timeout = new Option<int>("--timeout") { Description = "Milliseconds that one attempt may take.", DefaultValueFactory = _ => 2000, HelpName = "MS" };
        var expect = new Option<string?>("--expect") { Description = "all: exit 1 when anything is unreached; none: when anything is reached." };
        expect.AcceptOnlyFromAmong("all", "none");
        var output = LabOptions.Output("table", "json");
        var command = new Command("probe", "Measure with real packets who reaches whom."
            .WithExample("weft probe", "weft probe --from app=client --to default/web-1 --port 80", "weft probe --to svc/web", "weft probe --from nodes --expect all"))
        {
            name, space, from, to, port, protocol, timeout, expect, output,
        };
        command.SetAction(async (parsed, ct) =>
        {
            if (parsed.GetValue(port) is < 1 or > 65535)
                throw new UsageException($"--port {parsed.GetValue(port)} is not a port: use 1 to 65535");
            var request = new ProbeRequest(parsed.GetValue(protocol)!)
            {
                Namespace = parsed.GetValue(space),
                From = parsed.GetValue(from),
                To = parsed.GetValue(to),
                Port = parsed.GetValue(port),
                TimeoutMilliseconds = parsed.GetValue(timeout),
            };
            var reply = await ControlClient.AskAsync(parsed.Lab(name), new ControlRequest(ControlVerb.Probe) { Probe = request }, ct: ct);
            Print(reply.Report!, parsed.GetValue(output)!);
            return parsed.GetValue(expect) switch
            {
                "all" when reply.Report!.Reached < reply.Report.Total => 1,
                "none" when reply.Report!.Reached > 0 => 1,
                _ => 0,
            };
        });
        return command;
    }

    private static void Print(ProbeReport report, string format)
    {
        foreach (var notice in report.Notices)
            Console.Error.WriteLine(notice);
        if (format == "json")
        {
            Console.WriteLine(JsonSerializer.Serialize(report, LabJson.Indented.ProbeReport));
            return;
        }

        Matrix(report).Write(Console.Out);
        Console.WriteLine();
        Console.WriteLine($"{report.Reached} of {report.Total} reached");
        foreach (var failed in report.Results.Where(result => !result.Reached).Take(20))
            Console.WriteLine($"  {failed.From} -> {failed.To}:{failed.Port}/{failed.Protocol} ({failed.Address}): {failed.Error}");
    }

    private static TextTable Matrix(ProbeReport report)
    {
        var columns = report.Results.Select(ColumnOf).Distinct().ToArray();
        var bothFamilies = columns.Select(column => column.V6).Distinct().Count() > 1;
        var table = new TextTable(["FROM \\ TO", .. columns.Select(column => $"{column.To}:{column.Port}{(!bothFamilies ? "" : column.V6 ? " v6" : " v4")}")]);
        foreach (var row in report.Results.GroupBy(result => result.From))
        {
            var cells = columns.Select(column => row.FirstOrDefault(result => ColumnOf(result) == column) switch
            {
                null => null,
                { Reached: true } reached => reached.Milliseconds!.Value.ToString("0.00 ms", CultureInfo.InvariantCulture),
                _ => "X",
            });
            table.Add([row.Key, .. cells]);
        }

        return table;
    }

    // A target of two address families has a column for each.
    private static (string To, int Port, bool V6) ColumnOf(ProbeResult result) => (result.To, result.Port, result.Address.Contains(':'));
}
