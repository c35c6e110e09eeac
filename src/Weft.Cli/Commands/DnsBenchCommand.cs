using System.CommandLine;
using Weft.Cli.Bench.Dns;

namespace Weft.Cli.Commands;

/// <summary><c>weft bench dns</c> and what it runs.</summary>
internal static class DnsBenchCommand
{
    public static Command Create()
    {
        var (runs, seconds, small) = (Runs(), Seconds(), Small());
        var command = new Command("dns", "Answers in a second, their times under load and the size of the DNS server, beside unbound, knot and dnsmasq, one thread each; load by dnsperf."
            .WithExample("weft bench dns", "weft bench dns --runs 5 --seconds 2"))
        {
            runs, seconds, small,
        };
        command.SetAction(parsed => DnsBench.Enter(Scale(parsed.GetValue(runs), parsed.GetValue(seconds), parsed.GetValue(small))));
        return command;
    }

    public static Command Inside()
    {
        var (runs, seconds, small) = (Runs(), Seconds(), Small());
        var command = new Command("dns-inside", "The inside of `bench dns`.") { runs, seconds, small };
        command.Hidden = true;
        command.SetAction((parsed, ct) => DnsBench.RunAsync(Scale(parsed.GetValue(runs), parsed.GetValue(seconds), parsed.GetValue(small)), ct));
        return command;
    }

    public static Command Server()
    {
        var (port, services, upstream) = (Number("--port", 5301), Number("--services", DnsBenchNames.Services), Number("--upstream", 5399));
        var command = new Command("dns-server", "The server that `bench dns` measures, in a process of its own.") { port, services, upstream };
        command.Hidden = true;
        command.SetAction((parsed, ct) => DnsBenchServer.RunAsync(parsed.GetValue(port), parsed.GetValue(services), parsed.GetValue(upstream), ct));
        return command;
    }

    private static DnsBenchScale Scale(int runs, double seconds, bool small) => small ? DnsBenchScale.Small : new DnsBenchScale(runs, seconds);

    private static Option<int> Runs() => new("--runs") { Description = "How often each server is measured, besides a first time that does not count.", DefaultValueFactory = _ => 3, HelpName = "N" };

    private static Option<double> Seconds() => new("--seconds") { Description = "How long each time.", DefaultValueFactory = _ => 2, HelpName = "S" };

    private static Option<bool> Small() => new("--small") { Description = "In seconds: whether it can be measured here; nothing is held to a promise." };

    private static Option<int> Number(string name, int usual) => new(name) { DefaultValueFactory = _ => usual, HelpName = "N" };
}
