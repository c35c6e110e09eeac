using System.Globalization;
using Weft.Lab.Native.Init;
using Weft.Netlink;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Launching;

/// <summary>
/// <c>weft-pod exec [--tty PATH] [--directory PATH] PID [--] CMD…</c>: runs a program in the namespaces of a container's init, with our
/// environment and streams, and returns its exit code. The terminal's path is one of the container's own /dev/pts.
/// </summary>
internal static class ExecCommand
{
    // CLONE_FS: entering a mount namespace needs a root and working directory that no other thread shares (setns(2)).
    private const NamespaceKinds OwnRoot = (NamespaceKinds)0x200;
    private const int CannotEnter = 128;

    private static readonly (string File, NamespaceKinds Kind)[] Kinds =
        [("pid", NamespaceKinds.Pid), ("ipc", NamespaceKinds.Ipc), ("uts", NamespaceKinds.Uts), ("net", NamespaceKinds.Net), ("mnt", NamespaceKinds.Mount)];

    /// <summary>Runs the verb.</summary>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        string? terminal = null;
        var directory = "/";
        var rest = arguments;
        for (; rest is ["--tty" or "--directory", var value, ..]; rest = rest[2..])
        {
            if (rest[0] == "--tty")
                terminal = value;
            else
                directory = value;
        }

        if (rest.Length < 2 || !int.TryParse(rest[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
        {
            Console.Error.WriteLine("usage: weft-pod exec [--tty PATH] [--directory PATH] PID [--] CMD…");
            return 2;
        }

        var command = rest[1] == "--" ? rest[2..] : rest[1..];
        return Run(pid, directory, terminal, command.ToArray());
    }

    private static int Run(int pid, string directory, string? terminal, string[] command)
    {
        using var signals = new ForwardedSignals();
        try
        {
            Enter(pid);
            if (Directory.Exists(directory))
                Mounts.ChangeDirectory(directory);
            signals.Target = HostProgram.Start(command, Processes.Environment(), descriptors: default, terminal);
            return Reaper.WaitFor(signals.Target);
        }
        catch (ProgramException e)
        {
            Console.Error.WriteLine(e.Message);
            return e.ExitCode;
        }
        catch (NetlinkException e)
        {
            Console.Error.WriteLine($"cannot enter the container: {e.Message}");
            return CannotEnter;
        }
    }

    private static void Enter(int pid)
    {
        var files = Kinds.Select(kind => (Fd: Descriptors.OpenRead($"/proc/{pid}/ns/{kind.File}"), kind.Kind)).ToList();
        NamespaceCalls.Unshare(OwnRoot);
        foreach (var (fd, kind) in files)
        {
            NamespaceCalls.Enter(fd, kind);
            fd.Dispose();
        }
    }
}
