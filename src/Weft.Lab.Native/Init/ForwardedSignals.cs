using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Init;

/// <summary>Hands the signals that ask us to end to the program that we stand in front of.</summary>
internal sealed class ForwardedSignals : IDisposable
{
    private readonly StopSignals _signals;
    private readonly Lock _gate = new();
    private int _target;
    private int _early;

    /// <summary>Starts to listen; a signal that comes before there is a program waits for it.</summary>
    public ForwardedSignals() => _signals = new StopSignals(Forward);

    /// <summary>The program's pid, 0 before it has started.</summary>
    public int Target
    {
        get => _target;
        set
        {
            lock (_gate)
            {
                _target = value;
                if (_early != 0)
                    Processes.Kill(value, _early);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _signals.Dispose();

    private void Forward(int signal)
    {
        lock (_gate)
        {
            if (_target == 0)
                _early = signal;
            else
                Processes.Kill(_target, signal);
        }
    }
}
