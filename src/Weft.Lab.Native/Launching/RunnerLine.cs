using System.Text.Json;
using Weft.Lab.Pods.Specs;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Launching;

/// <summary>The launcher's end of its line to the pod runner; without a runner (a container started by hand) reports go to stderr.</summary>
internal sealed class RunnerLine
{
    // Files of a ConfigMap travel as mounts, so an order holds no more than the environment: the kernel's limit for that is 2 MB.
    private const int LongestOrder = 4 * 1024 * 1024;

    private readonly SafeFd? _socket;
    private byte[] _buffer = new byte[4096];
    private int _length;

    private RunnerLine(SafeFd? socket) => _socket = socket;

    /// <summary>The descriptor, -1 without a runner.</summary>
    public int Fd => _socket?.Value ?? -1;

    /// <summary>Whether the runner has closed its end.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>No runner.</summary>
    public static RunnerLine None { get; } = new(socket: null);

    /// <summary>The line on a descriptor that the runner left open for us; programs that we start do not get it.</summary>
    public static RunnerLine On(int fd)
    {
        Descriptors.SetCloseOnExec(fd, close: true);
        return new RunnerLine(new SafeFd(fd));
    }

    /// <summary>Waits for the order that names the container; null when the runner hangs up instead.</summary>
    public ContainerSpec? WaitForContainer()
    {
        while (true)
        {
            if (TryTakeLine(out var order))
                return order.Container;
            if (!Fill(wait: true))
                return null;
        }
    }

    /// <summary>Takes an order that has arrived, without waiting.</summary>
    public bool TryRead(out LauncherOrder order)
    {
        while (!TryTakeLine(out order))
        {
            if (!Fill(wait: false))
                return false;
        }

        return true;
    }

    /// <summary>Tells the runner; it may be gone, and then nobody is left to tell.</summary>
    public void Report(LauncherReportKind kind, string? message = null, int exitCode = 0)
    {
        if (_socket is not null)
            Send([.. JsonSerializer.SerializeToUtf8Bytes(new LauncherReport(kind, message, exitCode), LauncherJson.Default.LauncherReport), (byte)'\n']);
        else if (message is not null)
            Console.Error.WriteLine($"weft-pod: {message}");
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && InetSocket.Send(Fd, bytes) is > 0 and var sent)
            bytes = bytes[sent..];
    }

    private bool TryTakeLine(out LauncherOrder order)
    {
        order = null!;
        var end = _buffer.AsSpan(0, _length).IndexOf((byte)'\n');
        if (end < 0)
            return false;
        order = JsonSerializer.Deserialize(_buffer.AsSpan(0, end), LauncherJson.Default.LauncherOrder)!;
        _buffer.AsSpan(end + 1, _length - end - 1).CopyTo(_buffer);
        _length -= end + 1;
        return true;
    }

    private bool Fill(bool wait)
    {
        if (_length == _buffer.Length && _length < LongestOrder)
            Array.Resize(ref _buffer, _length * 2);
        var free = _buffer.AsSpan(_length);
        var count = InetSocket.Receive(Fd, free, wait);
        IsEnded |= count == 0 || count is < 0 and not -Errno.EAGAIN;
        _length += Math.Max(count, 0);
        return count > 0;
    }
}
