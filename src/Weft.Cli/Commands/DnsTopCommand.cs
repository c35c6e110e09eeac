using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Weft.Cli.Output;
using Weft.Cli.Policies;
using Weft.Cli.Up;
using Weft.Lab;
using Weft.Node.Dns.Asking;

namespace Weft.Cli.Commands;

/// <summary><c>weft dns top</c>: what nodes are asked for, by whom, and what comes of it.</summary>
internal static class DnsTopCommand
{
    public static Command Create()
    {
        var interval = new Option<string>("--interval") { Description = "How often.", DefaultValueFactory = _ => "1s", HelpName = "DURATION" };
        var count = new Option<int?>("--count") { Description = "End after so many tables; without it, with Ctrl-C.", HelpName = "N" };
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1)
                result.AddError("--count is 1 or more");
        });
        var node = new Option<string?>("--node") { Description = "Only this node.", HelpName = "NODE" };
        var (lab, socket, output) = (LabOptions.Name(), PolicyLogCommand.AgentSocket(), LabOptions.Output("table", "json"));
        var command = new Command(
            "top",
            ("Show what nodes are asked for, anew each second until Ctrl-C: names, clients, what came of questions, where answers came from, and how long they took. "
                + "Rates and times are those of the last interval, counts begin with the command. With -o json a line for each node and interval.")
            .WithExample("weft dns top", "weft dns top --interval 10s --count 6", "weft dns top --node node1 -o json --count 1"))
        {
            interval, count, node, lab, socket, output,
        };
        command.SetAction((parsed, ct) => DnsCommand.AskAsync(async () =>
        {
            var agents = Agent.Find(parsed.Lab(lab), parsed.GetValue(node), parsed.GetValue(socket));
            var watch = new Watch(agents, Durations.Parse(interval.Name, parsed.GetValue(interval)!), parsed.GetValue(count) ?? int.MaxValue);
            await PrintAsync(watch.ReportsAsync(ct), parsed.GetValue(output) == "json");
            return 0;
        }));
        return command;
    }

    private static async Task PrintAsync(IAsyncEnumerable<IReadOnlyList<DnsTopReport>> rounds, bool isJson)
    {
        var isFirst = true;
        await foreach (var round in rounds)
        {
            if (isJson)
            {
                foreach (var report in round)
                    Console.WriteLine(JsonSerializer.Serialize(report, DnsJson.Plain.DnsTopReport));
                continue;
            }

            // A terminal is drawn over; whatever else gets one table after the other.
            if (!Console.IsOutputRedirected)
                Console.Write("\e[H\e[2J");
            else if (!isFirst)
                Console.WriteLine();
            DnsTopText.Write(round, Console.Out);
            isFirst = false;
        }
    }

    /// <summary>What agents tell, round by round.</summary>
    private sealed record Watch(IReadOnlyList<Agent> Agents, TimeSpan Interval, int Rounds)
    {
        /// <summary>One report of each agent at a time.</summary>
        public async IAsyncEnumerable<IReadOnlyList<DnsTopReport>> ReportsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
        {
            var question = string.Create(CultureInfo.InvariantCulture, $$$"""{"dns-top":{"seconds":{{{Interval.TotalSeconds}}}}}""");
            var feeds = Agents.Select(agent => (Agent: agent, Lines: agent.AskAsync(question, ct).GetAsyncEnumerator(ct))).ToList();
            try
            {
                for (var round = 0; round < Rounds; round++)
                {
                    var next = feeds.Select(feed => NextAsync(feed.Agent, feed.Lines)).ToList();
                    yield return await Task.WhenAll(next);
                }
            }
            finally
            {
                foreach (var feed in feeds)
                    await feed.Lines.DisposeAsync();
            }
        }

        private static async Task<DnsTopReport> NextAsync(Agent agent, IAsyncEnumerator<string> lines) => await lines.MoveNextAsync()
            ? JsonSerializer.Deserialize(lines.Current, DnsJson.Plain.DnsTopReport)!
            : throw new LabException($"the agent of {agent.Name} went away: begin again when it is back, or watch the others with --node");
    }
}
