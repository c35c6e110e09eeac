using Weft.Lab.Native.Init;
using Weft.Lab.Native.Logging;
using Weft.Lab.Pods.Specs;
using Weft.Netlink;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Launching;

/// <summary>Runs a program of the host as a container's main process and stays behind it as its init.</summary>
internal static class HostProgram
{
    // Nothing of the pod's: its variables are for the program that is stood in for. The limit is 256 MB, in hexadecimal.
    private static readonly string[] StandInEnvironment =
    [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/tmp",
        "DOTNET_EnableDiagnostics=0", "DOTNET_GCHeapHardLimit=10000000", "DOTNET_GCConserveMemory=7",
    ];

    /// <summary>Starts the command, waits for it, and returns its exit code.</summary>
    public static int Run(ContainerSpec spec, RunnerLine line)
    {
        using var signals = new ForwardedSignals();
        try
        {
            Mounts.ChangeDirectory(spec.WorkingDirectory);
            if (line.Fd < 0)
                return Reaper.WaitFor(signals.Target = Start(spec.Command!, spec.Environment, descriptors: default));
            using var logged = new LoggedProgram(new ContainerLog());
            signals.Target = logged.Start(spec.Command!, spec.Environment);
            line.Report(LauncherReportKind.Started);
            return logged.Wait();
        }
        catch (ProgramException e)
        {
            line.Report(LauncherReportKind.Failed, e.Message, e.ExitCode);
            return e.ExitCode;
        }
    }

    /// <summary>Runs the larger stand-in, which takes over the line: it reports that it has started and hears what changes.</summary>
    public static int RunStandIn(IReadOnlyList<string> program, RunnerLine line)
    {
        try
        {
            using var logged = new LoggedProgram(new ContainerLog());
            logged.Start(line.Fd < 0 ? program : [.. program, "--line", "3"], StandInEnvironment, line.Fd);
            return logged.Wait();
        }
        catch (ProgramException e)
        {
            line.Report(LauncherReportKind.Failed, e.Message, e.ExitCode);
            return e.ExitCode;
        }
    }

    /// <summary>Starts a command as a container's, found in the PATH of its own environment; returns its pid.</summary>
    /// <exception cref="ProgramException">It cannot be started.</exception>
    public static int Start(
        IReadOnlyList<string> command, IReadOnlyList<string> environment, ReadOnlySpan<(int Fd, int Target)> descriptors, string? terminal = null)
    {
        var path = ProgramPath.Find(command[0], environment);
        KeptIdentity.KeepWhereItCannotChange();
        try
        {
            return Spawner.Start([path, .. command.Skip(1)], environment, descriptors, terminal: terminal);
        }
        catch (NetlinkException e) when (e.Errno == Errno.ENOENT)
        {
            throw new ProgramException($"exec: \"{command[0]}\": its interpreter is missing", ProgramException.NotFound);
        }
        catch (NetlinkException e)
        {
            throw new ProgramException($"exec: \"{command[0]}\": {e.ErrnoName}", ProgramException.NotExecutable);
        }
    }
}
