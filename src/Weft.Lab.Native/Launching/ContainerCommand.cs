using System.Globalization;
using System.Text.Json;
using Weft.Lab.Native.Init;
using Weft.Lab.Native.Logging;
using Weft.Lab.Native.StandIns;
using Weft.Lab.Pods.Specs;
using Weft.Netlink;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Launching;

/// <summary>
/// <c>weft-pod container --line FD</c>, or <c>weft-pod container FILE</c> by hand: becomes one container.
/// </summary>
/// <remarks>
/// It is started as PID 1 of new mount, pid, ipc and uts namespaces, already in the pod's network namespace. Exit codes are the
/// container's own; 128 when it could not be made.
/// </remarks>
internal static class ContainerCommand
{
    private const int CannotStart = 128;

    /// <summary>Runs the verb.</summary>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        var line = RunnerLine.None;
        try
        {
            if (arguments is ["--line", var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var fd))
                line = RunnerLine.On(fd);
            else if (arguments is not [_])
                return Usage();
            var spec = line.Fd >= 0 ? line.WaitForContainer() : Read(arguments[0]);
            if (spec is null)
                return CannotStart;
            var code = Start(spec, line);
            line.Report(LauncherReportKind.Ended, message: null, code);
            return code;
        }
        catch (Exception e) when (e is NetlinkException or IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            line.Report(LauncherReportKind.Failed, e.Message, CannotStart);
            return CannotStart;
        }
    }

    private static int Start(ContainerSpec spec, RunnerLine line)
    {
        NamespaceCalls.SetHostName(spec.HostName);
        ContainerRoot.Enter(spec);
        return spec.Command is not null ? HostProgram.Run(spec, line) : StandInAsInit(spec, line);
    }

    private static int StandInAsInit(ContainerSpec spec, RunnerLine line)
    {
        using var signals = new StopSignals(_ =>
        {
            line.Report(LauncherReportKind.Ended);
            Processes.ExitNow(0);
        });
        using var orphans = Reaper.CollectOrphans();
        return spec.StandIn is { } program && !spec.Finish ? HostProgram.RunStandIn(program, line) : StandIn.Run(spec, line, new ContainerLog());
    }

    private static ContainerSpec Read(string file) =>
        JsonSerializer.Deserialize(File.ReadAllBytes(file), LauncherJson.Default.ContainerSpec) ?? throw new JsonException($"{file} is empty");

    private static int Usage()
    {
        Console.Error.WriteLine("usage: weft-pod container FILE | --line FD");
        return 2;
    }
}
