using System.CommandLine;
using System.Text.Json;
using Weft.Cli.Policies;
using Weft.Node.Policies.Verdicts;

namespace Weft.Cli.Commands;

/// <summary><c>weft policy log</c>: what policies denied, by name.</summary>
internal static class PolicyLogCommand
{
    public static Command Create()
    {
        var (name, output, follow, node, socket) = (LabOptions.Name(), LabOptions.Output("text", "json"), Follow("Go on with what comes, until Ctrl-C."), Node(), AgentSocket());
        var ns = new Option<string?>("--namespace", "-n") { Description = "Only with a pod of this namespace at either end.", HelpName = "NAMESPACE" };
        var pod = new Option<string?>("--pod") { Description = "Only with this pod at either end.", HelpName = "[NS/]POD" };
        var command = new Command("log", "Show packets that network policies denied, or would deny under audit: pod, peer, port, policy and rule. Agents hold the last 1,000; the kernel logs at most 50 in a second and direction."
            .WithExample("weft policy log -f", "weft policy log --pod default/db -o json", "weft policy log -f --socket /run/weft/policy.sock"))
        {
            follow, ns, pod, node, name, socket, output,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var feed = new VerdictFeed(Agent.Find(parsed.Lab(name), parsed.GetValue(node), parsed.GetValue(socket)), Console.Error.WriteLine);
            var filter = VerdictFilter.Of(parsed.GetValue(ns), parsed.GetValue(pod));
            await PrintAsync(feed, parsed.GetValue(follow), filter, parsed.GetValue(output) == "json", ct);
            return 0;
        });
        return command;
    }

    public static Option<bool> Follow(string description) => new("--follow", "-f") { Description = description };

    public static Option<string?> Node() => new("--node") { Description = "Only what this node decided.", HelpName = "NODE" };

    public static Option<string?> AgentSocket() => new("--socket")
    {
        Description = "Ask the agent of this machine at its socket; without a running lab of that name it is asked at /run/weft/policy.sock anyway.",
        HelpName = "PATH",
    };

    /// <summary>Prints verdicts, a line each.</summary>
    public static async Task PrintAsync(VerdictFeed feed, bool follow, VerdictFilter filter, bool json, CancellationToken ct)
    {
        var colour = VerdictText.WantsColour;
        foreach (var verdict in follow ? [] : await feed.HeldAsync(ct))
            Print(verdict);
        if (!follow)
            return;
        await foreach (var verdict in feed.FollowAsync(ct))
            Print(verdict);

        void Print(NamedVerdict verdict)
        {
            if (filter.Matches(verdict))
                Console.WriteLine(json ? JsonSerializer.Serialize(verdict, VerdictJson.Plain.NamedVerdict) : VerdictText.Line(verdict, colour));
        }
    }
}
