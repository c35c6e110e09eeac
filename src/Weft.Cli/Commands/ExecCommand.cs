using System.CommandLine;
using Weft.Lab;
using Weft.Lab.Control;
using Weft.Lab.Host;

namespace Weft.Cli.Commands;

/// <summary><c>weft exec</c>: run a program of the host inside a pod.</summary>
internal static class ExecCommand
{
    public static Command Create()
    {
        var name = LabOptions.Name();
        var space = LabOptions.Namespace();
        var container = new Option<string?>("--container", "-c") { Description = "The container; the pod's first by default.", HelpName = "CONTAINER" };
        var stdin = new Option<bool>("--stdin", "-i") { Description = "Accepted as kubectl has it; the program always has this terminal's input." };
        var tty = new Option<bool>("--tty", "-t") { Description = "Accepted as kubectl has it; the program always has this terminal." };
        var pod = new Argument<string>("pod") { Description = "The pod.", HelpName = "POD" };
        var words = LabOptions.CommandLine();
        var command = new Command("exec", "Run a program of the host inside the pod's namespaces."
            .WithExample("weft exec web-1 -- ip addr", "weft exec -n shop -it client -- bash"))
        {
            name, space, container, stdin, tty, pod, words,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var request = new ControlRequest(ControlVerb.Enter)
            {
                Namespace = parsed.GetValue(space),
                Pod = parsed.GetValue(pod),
                Container = parsed.GetValue(container),
            };
            await EnterAsync(parsed.Lab(name), request, parsed.GetValue(words)!, ct);
            return 0;
        });
        return command;
    }

    /// <summary>Becomes the program inside the namespaces that the lab names for <paramref name="request"/>.</summary>
    public static async Task EnterAsync(LabDirectory lab, ControlRequest request, string[] words, CancellationToken ct)
    {
        var outer = LabEntry.Enter(lab);
        var entry = (await ControlClient.AskAsync(lab, request, ct: ct)).Enter!;
        LabEntry.Become([.. outer, .. LabEntry.Enter(entry.Pid, entry.WorkingDirectory), "--", .. words], Merge(entry.Environment));
    }

    // The program sees the container's variables; the terminal it runs on stays this one.
    private static IReadOnlyList<string>? Merge(IReadOnlyList<string>? environment) =>
        environment is null || Environment.GetEnvironmentVariable("TERM") is not { } term
            ? environment
            : [.. environment.Where(e => !e.StartsWith("TERM=", StringComparison.Ordinal)), $"TERM={term}"];
}
