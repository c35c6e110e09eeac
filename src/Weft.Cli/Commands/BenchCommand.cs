using System.CommandLine;
using Weft.Cli.Bench;
using Weft.Cli.Bench.Policies;
using Weft.Cli.Bench.Services;

namespace Weft.Cli.Commands;

/// <summary><c>weft bench</c>: stated figures, measured here and now.</summary>
internal static class BenchCommand
{
    public static Command Create() => new("bench", "Measure a stated figure, side by side with its peer where the peer is installed; exit code 1 when one is missed."
        .WithExample("weft bench lab", "weft bench cni", "weft bench services --plot growth.svg", "weft bench policy", "weft bench dns"))
    {
        Lab(), Cni(), CniLoop(), Services(), ServicesInside(), ServicesMemory(), Policy(), PolicyInside(), DnsBenchCommand.Create(), DnsBenchCommand.Inside(), DnsBenchCommand.Server(),
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

    private static Command Services()
    {
        var (runs, plot, traffic, target) = (Runs(5), Plot(), Traffic(), Target());
        var command = new Command("services", "Programming Services, changing one, growth, memory, first packets and new connections beside hand-written rules."
            .WithExample("weft bench services", "weft bench services --plot growth.svg", "weft bench services --target iptables --runs 3"))
        {
            runs, plot, traffic, target,
        };
        command.SetAction(parsed => ServicesBench.Enter(parsed.GetValue(target)!, parsed.GetValue(plot), parsed.GetValue(runs), parsed.GetValue(traffic)));
        return command;
    }

    private static Command ServicesInside()
    {
        var (runs, plot, traffic, target) = (Runs(5), Plot(), Traffic(), Target());
        var command = new Command("services-inside", "The inside of `bench services`.") { runs, plot, traffic, target };
        command.Hidden = true;
        command.SetAction((parsed, ct) => (parsed.GetValue(traffic), parsed.GetValue(target)) switch
        {
            (true, _) => Task.FromResult(Report.Print("services", [.. TrafficBench.Measure(parsed.GetValue(runs))])),
            (_, "iptables" or "ipvs") => Task.FromResult(ServicesBench.Compare(parsed.GetValue(target)!, parsed.GetValue(runs))),
            _ => ServicesBench.RunAsync(parsed.GetValue(plot), parsed.GetValue(runs), ct),
        });
        return command;
    }

    private static Command ServicesMemory()
    {
        var command = new Command("services-memory", "What of `bench services` wants a process of its own.");
        command.Hidden = true;
        command.SetAction(_ => MemoryBench.Run());
        return command;
    }

    private static Command Policy()
    {
        var (runs, plot, part, small) = (Runs(5), Plot(), Part(), Small());
        var command = new Command("policy", "Compiling and programming network policies, changing one pod, growth, memory, what new connections and pods that start pay."
            .WithExample("weft bench policy", "weft bench policy --only agent", "weft bench policy --plot policy.svg"))
        {
            runs, plot, part, small,
        };
        command.SetAction(parsed => PolicyBench.Enter(parsed.GetValue(plot), parsed.GetValue(runs), parsed.GetValue(part)!, parsed.GetValue(small)));
        return command;
    }

    private static Command PolicyInside()
    {
        var (runs, plot, part, small) = (Runs(5), Plot(), Part(), Small());
        var command = new Command("policy-inside", "The inside of `bench policy`.") { runs, plot, part, small };
        command.Hidden = true;
        command.SetAction((parsed, ct) => PolicyBench.RunAsync(parsed.GetValue(plot), parsed.GetValue(runs), parsed.GetValue(part)!, parsed.GetValue(small), ct));
        return command;
    }

    private static Option<string> Part()
    {
        var option = new Option<string>("--only") { Description = "Only a part of it.", DefaultValueFactory = _ => PolicyBench.Parts[0], HelpName = "PART" };
        option.AcceptOnlyFromAmong(PolicyBench.Parts);
        return option;
    }

    private static Option<bool> Small() => new("--small") { Description = "A small cluster, in seconds: whether it can be measured here; nothing is held to a promise." };

    private static Option<string> Target()
    {
        var option = new Option<string>("--target") { Description = "Another target than the default one: its programming only, beside that of nftables.", DefaultValueFactory = _ => BenchTarget.Names[0], HelpName = "TARGET" };
        option.AcceptOnlyFromAmong(BenchTarget.Names);
        return option;
    }

    private static Option<string?> Plot() => new("--plot") { Description = "Write the growth as an SVG picture.", HelpName = "FILE" };

    private static Option<bool> Traffic() => new("--traffic") { Description = "Only what connections notice." };

    private static Option<int> Runs(int count) =>
        new("--runs") { Description = "How often.", DefaultValueFactory = _ => count, HelpName = "N" };
}
