namespace Weft.Netlink.Libc;

/// <summary>Starts child processes without the machinery of System.Diagnostics.Process: for native programs that must start fast.</summary>
/// <remarks>
/// posix_spawn rather than fork: a runtime with more than one thread must not run managed code in the child. Do not mix it with
/// System.Diagnostics.Process where this is process 1 of its namespace: there .NET collects every child, these included.
/// </remarks>
public static unsafe class Spawner
{
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const short NewSession = 0x80;
    private const int SignalSetSize = 128;

    // posix_spawn_file_actions_t and posix_spawnattr_t are 80 and 336 bytes in glibc; musl's are of the same order.
    private const int OpaqueSize = 1024;

    /// <summary>Starts a program found in PATH, with default signals, and returns its process number. Collect it with <see cref="Processes.Wait(int)"/>.</summary>
    /// <param name="arguments">The program's arguments, its own name first.</param>
    /// <param name="environment">As <c>NAME=value</c>; null for this process's.</param>
    /// <param name="descriptors">Pairs of a descriptor here and its number in the child, such as (fd, 0); others follow their close-on-exec flag.</param>
    /// <param name="session">Whether the child starts a session of its own.</param>
    /// <param name="terminal">A terminal that becomes the controlling one of the child's own session, and its three standard streams.</param>
    /// <exception cref="NetlinkException">ENOENT: no such program.</exception>
    public static int Start(
        IReadOnlyList<string> arguments,
        IReadOnlyList<string>? environment = null,
        ReadOnlySpan<(int Fd, int Target)> descriptors = default,
        bool session = false,
        string? terminal = null)
    {
        using var tty = new NativeStrings(terminal is null ? [] : [terminal]);
        using var argv = new NativeStrings(arguments);
        using var envp = new NativeStrings(environment ?? Processes.Environment());
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        Check(Interop.SpawnActionsInit(actions));
        Check(Interop.SpawnAttributesInit(attributes));
        try
        {
            foreach (var (fd, target) in descriptors)
                Check(Interop.SpawnActionsDuplicate(actions, fd, target));
            if (terminal is not null)
                ConnectTerminal(actions, tty.Pointers[0]);
            SetSignals(attributes, session || terminal is not null);
            int pid;
            var errno = Interop.Spawn(&pid, argv.Pointers[0], actions, attributes, argv.Pointers, envp.Pointers);
            return errno == 0 ? pid : throw new NetlinkException($"start {arguments[0]}", errno);
        }
        finally
        {
            _ = Interop.SpawnActionsDestroy(actions);
            _ = Interop.SpawnAttributesDestroy(attributes);
        }
    }

    // The first terminal that a session's leader opens becomes its controlling one (tty_ioctl(4)).
    private static void ConnectTerminal(void* actions, byte* path)
    {
        Check(Interop.SpawnActionsOpen(actions, 0, path, Interop.OpenReadWrite, 0));
        Check(Interop.SpawnActionsDuplicate(actions, 0, 1));
        Check(Interop.SpawnActionsDuplicate(actions, 0, 2));
    }

    private static void SetSignals(byte* attributes, bool session)
    {
        var set = stackalloc byte[SignalSetSize];
        var bytes = new Span<byte>(set, SignalSetSize);
        bytes.Clear();
        Check(Interop.SpawnAttributesSignalMask(attributes, set));

        // Signals 1 to 31; those above belong to libc.
        bytes[..4].Fill(0xFF);
        bytes[3] = 0x7F;
        Check(Interop.SpawnAttributesSignalDefaults(attributes, set));
        Check(Interop.SpawnAttributesFlags(attributes, (short)(SetSignalDefaults | SetSignalMask | (session ? NewSession : 0))));
    }

    private static void Check(int errno)
    {
        if (errno != 0)
            throw new NetlinkException("prepare a child process", errno);
    }
}
