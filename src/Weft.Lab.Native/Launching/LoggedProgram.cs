using System.Runtime.InteropServices;
using Weft.Lab.Native.Logging;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Launching;

/// <summary>A program whose outputs go to the container's log, while orphans are collected: the work of a container's init.</summary>
internal sealed class LoggedProgram(ContainerLog log) : IDisposable
{
    private const int WakeUp = -1;

    private readonly EventPoll _poll = new();
    private readonly List<OutputStream> _outputs = [];
    private readonly (SafeFd Read, SafeFd Write) _deaths = Descriptors.Pipe();
    private PosixSignalRegistration? _registration;
    private int _pid;

    /// <summary>Starts the command; returns its pid.</summary>
    /// <exception cref="ProgramException">It cannot be started.</exception>
    public int Start(IReadOnlyList<string> command, IReadOnlyList<string> environment)
    {
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => ByteFile.Write(_deaths.Write.Value, [0]));
        _poll.Add(_deaths.Read.Value, Readiness.Read, WakeUp);
        using var output = Connect("stdout");
        using var error = Connect("stderr");
        return _pid = HostProgram.Start(command, environment, [(output.Value, 1), (error.Value, 2)]);
    }

    /// <summary>Carries output until the program has ended; returns its exit code.</summary>
    public int Wait()
    {
        Span<ReadyEvent> ready = stackalloc ReadyEvent[8];
        while (true)
        {
            foreach (var entry in ready[.._poll.Wait(ready, timeoutMilliseconds: -1)])
            {
                if (entry.Token == WakeUp)
                {
                    if (Collect() is { } code)
                        return code;
                }
                else if (!_outputs[entry.Token].Pump())
                {
                    _poll.Remove(_outputs[entry.Token].Fd);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _registration?.Dispose();
        foreach (var output in _outputs)
            output.Dispose();
        _poll.Dispose();
    }

    private SafeFd Connect(string name)
    {
        var (read, write) = Descriptors.Pipe();
        var stream = new OutputStream(read, System.Text.Encoding.ASCII.GetBytes(name), log);
        _poll.Add(stream.Fd, Readiness.Read, _outputs.Count);
        _outputs.Add(stream);
        return write;
    }

    private int? Collect()
    {
        Span<byte> wakes = stackalloc byte[64];
        ByteFile.Read(_deaths.Read.Value, wakes);
        while (Processes.TryWait() is { } ended)
        {
            if (ended.Pid != _pid)
                continue;
            Drain();
            return ended.ExitCode;
        }

        return null;
    }

    // What the program wrote before its end; a child of it that lives on may hold the pipe open, so nothing is waited for.
    private void Drain()
    {
        Span<ReadyEvent> ready = stackalloc ReadyEvent[8];
        while (true)
        {
            var moved = false;
            foreach (var entry in ready[.._poll.Wait(ready, timeoutMilliseconds: 0)])
            {
                if (entry.Token == WakeUp)
                    continue;
                if (_outputs[entry.Token].Pump())
                    moved = true;
                else
                    _poll.Remove(_outputs[entry.Token].Fd);
            }

            if (!moved)
                return;
        }
    }
}
