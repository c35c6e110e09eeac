using System.CommandLine;

namespace Weft.Cli.Commands;

/// <summary>The commands by their names, in the order of the help.</summary>
/// <remarks>A process makes the command that it is asked for and no other: what agents never run they need not load.</remarks>
internal static class CommandTable
{
    public static IReadOnlyList<KeyValuePair<string, Func<Command>>> All { get; } =
    [
        new("up", UpCommand.Create),
        new("down", DownCommand.Create),
        new("ls", LsCommand.Create),
        new("status", StatusCommand.Create),
        new("kubeconfig", KubeconfigCommand.Create),
        new("exec", ExecCommand.Create),
        new("node", NodeCommand.Create),
        new("probe", ProbeCommand.Create),
        new("netns", NetnsCommand.Create),
        new("cni", CniCommand.Create),
        new("render", RenderCommand.Create),
        new("policy", PolicyCommand.Create),
        new("dns", DnsCommand.Create),
        new("trace", TraceCommand.Create),
        new("api-server", ApiServerCommand.Create),
        new("bench", BenchCommand.Create),
        new("doctor", DoctorCommand.Create),
        new("supervise", SuperviseCommand.Create),
        new("stand-in", StandInCommand.Create),
    ];

    /// <summary>The commands that arguments can mean: the one that they begin with, or all when it is none.</summary>
    public static IEnumerable<Command> Of(IReadOnlyList<string> args)
    {
        var named = All.Where(entry => args.Count > 0 && entry.Key == args[0]).ToList();
        return (named.Count > 0 ? named : All).Select(entry => entry.Value());
    }
}
