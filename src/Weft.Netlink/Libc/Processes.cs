using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Weft.Netlink.Libc;

/// <summary>How a child process ended.</summary>
/// <param name="Pid">Which one.</param>
/// <param name="Status">The raw status of waitpid(2).</param>
public readonly record struct ChildStatus(int Pid, int Status)
{
    /// <summary>The signal that ended it; 0 when it ended by itself.</summary>
    public int Signal => Status & 0x7F;

    /// <summary>What a shell would show: its exit code, or 128 + the signal.</summary>
    public int ExitCode => Signal == 0 ? (Status >> 8) & 0xFF : 128 + Signal;
}

/// <summary>Processes: replacing this one, starting, signalling and collecting others.</summary>
public static unsafe class Processes
{
    public const int SigHup = 1;
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigPipe = 13;
    public const int SigTerm = 15;
    public const int SigChld = 17;

    private const int WaitNoHang = 1;
    private const int SignalCount = 31;
    private const int SetMask = 2;

    // sigset_t of glibc is 128 bytes, of musl the same.
    private const int SignalSetSize = 128;

    /// <summary>The number of this process in its pid namespace.</summary>
    public static int Self => Interop.GetProcessId();

    /// <summary>The number of the parent; 0 when it lives outside of the pid namespace.</summary>
    public static int Parent => Interop.GetParentProcessId();

    /// <summary>The effective environment as <c>NAME=value</c>.</summary>
    public static IReadOnlyList<string> Environment()
    {
        var list = new List<string>();
        foreach (DictionaryEntry entry in System.Environment.GetEnvironmentVariables())
            list.Add($"{entry.Key}={entry.Value}");
        return list;
    }

    /// <summary>Replaces this process by another program; returns only by exception.</summary>
    /// <param name="path">The file, not searched for in PATH.</param>
    /// <param name="arguments">The program's arguments, its own name first.</param>
    /// <param name="environment">As <c>NAME=value</c>.</param>
    /// <remarks>Signals that the runtime ignores or blocks (SIGPIPE) get their defaults back first.</remarks>
    /// <exception cref="NetlinkException">ENOENT: no such file; EACCES: not executable.</exception>
    [DoesNotReturn]
    public static void Execute(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        using var file = new NativeStrings([path]);
        using var argv = new NativeStrings(arguments);
        using var envp = new NativeStrings(environment);
        RestoreSignals();
        _ = Interop.Execute(file.Pointers[0], argv.Pointers, envp.Pointers);
        NetlinkException.ThrowLast($"execute {path}");
    }

    /// <summary>Gives every signal its default action and unblocks all, as a program expects that did not start inside .NET.</summary>
    public static void RestoreSignals()
    {
        var none = stackalloc byte[SignalSetSize];
        new Span<byte>(none, SignalSetSize).Clear();
        for (var signal = 1; signal <= SignalCount; signal++)
            _ = Interop.Signal(signal, 0);
        _ = Interop.SignalMask(SetMask, none, null);
    }

    /// <summary>Sends a signal; a process that is gone already is no error.</summary>
    /// <returns>Whether there was such a process.</returns>
    public static bool Kill(int pid, int signal)
    {
        if (Interop.Kill(pid, signal) == 0)
            return true;
        if (Marshal.GetLastPInvokeError() != Errno.ESRCH)
            NetlinkException.ThrowLast($"send signal {signal} to process {pid}");
        return false;
    }

    /// <summary>Waits for a child to end; null when there is none.</summary>
    /// <param name="pid">Which one; -1 for any.</param>
    public static ChildStatus? Wait(int pid = -1) => Wait(pid, 0);

    /// <summary>Collects a child that has ended, without waiting; null when none has.</summary>
    /// <param name="pid">Which one; -1 for any.</param>
    public static ChildStatus? TryWait(int pid = -1) => Wait(pid, WaitNoHang);

    /// <summary>Ends this process at once: no handlers, no flushing.</summary>
    public static void ExitNow(int code) => Interop.Exit(code);

    private static ChildStatus? Wait(int pid, int options)
    {
        int status;
        int ended;
        do
        {
            ended = Interop.WaitPid(pid, &status, options);
        }
        while (ended < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
        return ended > 0 ? new ChildStatus(ended, status) : null;
    }
}
