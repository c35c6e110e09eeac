using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Weft.Netlink.Libc;

namespace Weft.Lab.Pods.Exec;

/// <summary>A pseudo-terminal of a container, its controlling end held by us (pty(7)).</summary>
internal sealed class Terminal : IDisposable
{
    private readonly SafeFd _program;
    private readonly SafeFileHandle _controller;

    private Terminal(SafeFd controller, SafeFd program, int number)
    {
        _program = program;
        _controller = new SafeFileHandle(controller.Release(), ownsHandle: true);
        Path = string.Create(CultureInfo.InvariantCulture, $"/dev/pts/{number}");
        Input = new TerminalStream(_controller);
        Output = new TerminalStream(_controller);
    }

    /// <summary>The program's end, as the container names it.</summary>
    public string Path { get; }

    /// <summary>What is typed.</summary>
    public Stream Input { get; }

    /// <summary>What is shown; ends when the program has.</summary>
    public Stream Output { get; }

    /// <summary>Opens one in the devpts of the container whose init has this pid.</summary>
    /// <exception cref="Weft.Netlink.NetlinkException">The container has ended, or no terminal is left.</exception>
    public static Terminal Open(int pid)
    {
        var (controller, program, number) = Terminals.OpenPair(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root/dev/pts/ptmx"));
        return new Terminal(controller, program, number);
    }

    /// <summary>Sets its size in characters.</summary>
    public void Resize(int columns, int rows)
    {
        if (!_controller.IsClosed)
            Terminals.Resize((int)_controller.DangerousGetHandle(), columns, rows);
    }

    /// <summary>Lets go of the program's end, so that readers of the output come to its end.</summary>
    public void ProgramEnded() => _program.Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        _program.Dispose();
        _controller.Dispose();
    }
}
