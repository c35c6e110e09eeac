using System.Runtime.InteropServices;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Init;

/// <summary>Hears the signals that ask a process to end; as PID 1 it gets only those that it handles (pid_namespaces(7)).</summary>
internal sealed class StopSignals(Action<int> onSignal) : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations =
    [
        Hear(PosixSignal.SIGTERM, Processes.SigTerm, onSignal),
        Hear(PosixSignal.SIGINT, Processes.SigInt, onSignal),
        Hear(PosixSignal.SIGHUP, Processes.SigHup, onSignal),
    ];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private static PosixSignalRegistration Hear(PosixSignal signal, int number, Action<int> onSignal) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            onSignal(number);
        });
}
