using System.Runtime.InteropServices;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Init;

/// <summary>Collects the dead: an init inherits every orphan of its pid namespace.</summary>
internal static class Reaper
{
    /// <summary>Waits until one child ends and returns its exit code, collecting the others meanwhile.</summary>
    public static int WaitFor(int child)
    {
        while (Processes.Wait() is { } ended)
        {
            if (ended.Pid == child)
                return ended.ExitCode;
        }

        return 0;
    }

    /// <summary>Collects every child that ends from now on, for an init that has something else to do.</summary>
    /// <remarks>As PID 1 the runtime collects them all as soon as it hears this signal: who wants exit codes must not register for it.</remarks>
    public static IDisposable CollectOrphans() => PosixSignalRegistration.Create(PosixSignal.SIGCHLD, context =>
    {
        context.Cancel = true;
        while (Processes.TryWait() is not null)
        {
        }
    });
}
