using System.CommandLine;
using Weft.Cli.Bench;

namespace Weft.Cli.Commands;

/// <summary><c>weft bench</c>: stated figures, measured here and now.</summary>
internal static class BenchCommand
{
    public static Command Create() => new("bench", "Measure a stated figure, side by side with its peer where the peer is installed; exit code 1 when one is missed."
        .WithExample("weft bench lab", "weft bench cni"))
    {
        Lab(), Cni(), CniLoop(),
    };

    private static Command Lab()
    {
        var runs = Runs(5);
        var command = new Command("lab", "Time and memory of `up` with 2 nodes and 6 pods, of `ls`, and the CNI plugins beside the reference ones."
            .WithExample("weft bench lab --runs 5"))
        {
            runs,
        };
        command.SetAction(async (parsed, ct) => Report.Print("lab", [.. await LabBench.RunAsync(parsed.GetValue(runs), ct), .. await CniBench.RunAsync(100, ct)]));
        return command;
    }

    private static Command Cni()
    {
        var count = Runs(100);
        var command = new Command("cni", "ADD and DEL of bridge with host-local beside the reference plugins.".WithExample("weft bench cni --runs 200")) { count };
        command.SetAction(async (parsed, ct) => Report.Print("cni", await CniBench.RunAsync(parsed.GetValue(count), ct)));
        return command;
    }

    private static Command CniLoop()
    {
        var count = Runs(100);
        var folders = new Argument<string[]>("folders") { Arity = ArgumentArity.OneOrMore };
        var command = new Command("cni-loop", "The inside of `bench cni`.") { count, folders };
        command.Hidden = true;
        command.SetAction((parsed, ct) => CniLoopBench.RunAsync(parsed.GetValue(folders)!, parsed.GetValue(count), ct));
        return command;
    }

    private static Option<int> Runs(int count) =>
        new("--runs") { Description = "How often.", DefaultValueFactory = _ => count, HelpName = "N" };
}
