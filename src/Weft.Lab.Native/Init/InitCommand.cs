using Weft.Lab.Native.Launching;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Init;

/// <summary>
/// <c>weft-pod init [--] [CMD…]</c>: PID 1 of a pid namespace. It ends with CMD, or on SIGTERM without one, and the kernel then ends
/// every process of the namespace: nothing can be left behind.
/// </summary>
internal static class InitCommand
{
    /// <summary>Runs the verb.</summary>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        var command = arguments is ["--", ..] ? arguments[1..] : arguments;
        return command.IsEmpty ? Wait() : RunCommand(command.ToArray());
    }

    /// <summary>Collects orphans until SIGTERM, SIGINT or SIGHUP.</summary>
    public static int Wait()
    {
        using var stopped = new ManualResetEventSlim();
        using var signals = new StopSignals(_ => stopped.Set());
        using var orphans = Reaper.CollectOrphans();
        stopped.Wait();
        return 0;
    }

    private static int RunCommand(string[] command)
    {
        using var signals = new ForwardedSignals();
        try
        {
            signals.Target = HostProgram.Start(command, Processes.Environment(), descriptors: default);
        }
        catch (ProgramException e)
        {
            Console.Error.WriteLine($"weft-pod: {e.Message}");
            return e.ExitCode;
        }

        return Reaper.WaitFor(signals.Target);
    }
}
