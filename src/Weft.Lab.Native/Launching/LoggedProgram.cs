using Weft.Lab.Native.Init;
using Weft.Lab.Native.Logging;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Launching;

/// <summary>A program whose outputs go to the container's log, while orphans are collected: the work of a container's init.</summary>
internal sealed class LoggedProgram(ContainerLog log) : IDisposable
{
    private const int WakeUp = -1;
    private const int Line = 3;

    // It only waits; the default of 8 MB would be reserved for it.
    private const int ThreadStack = 128 * 1024;

    private readonly EventPoll _poll = new();
    private readonly List<OutputStream> _outputs = [];
    private readonly (SafeFd Read, SafeFd Write) _end = Descriptors.Pipe();
    private int _code;

    /// <summary>Starts the command; returns its pid.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="environment">Each <c>NAME=value</c>.</param>
    /// <param name="line">A descriptor that it gets as number 3; none by default.</param>
    /// <exception cref="ProgramException">It cannot be started.</exception>
    public int Start(IReadOnlyList<string> command, IReadOnlyList<string> environment, int line = -1)
    {
        _poll.Add(_end.Read.Value, Readiness.Read, WakeUp);
        using var output = Connect("stdout");
        using var error = Connect("stderr");
        ReadOnlySpan<(int, int)> descriptors = [(output.Value, 1), (error.Value, 2), (line, Line)];
        var pid = HostProgram.Start(command, environment, line < 0 ? descriptors[..2] : descriptors);
        new Thread(() => Collect(pid), ThreadStack) { IsBackground = true }.Start();
        return pid;
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
                    Drain();
                    return _code;
                }

                if (!_outputs[entry.Token].Pump())
                {
                    _poll.Remove(_outputs[entry.Token].Fd);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
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

    private void Collect(int pid)
    {
        _code = Reaper.WaitFor(pid);
        ByteFile.Write(_end.Write.Value, [0]);
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
