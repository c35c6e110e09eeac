using System.Runtime.InteropServices;
using System.Text;
using Weft.Model.Nodes;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Namespaces;

/// <summary>Kernel settings below /proc/sys, as seen from inside a network namespace.</summary>
/// <remarks>/proc/sys/net shows the settings of the namespace that the reading thread is in (net/sysctl_net.c).</remarks>
/// <param name="where">Whose settings; null for those of the calling thread's namespace, without a thread for each call.</param>
public sealed class KernelSysctls(NetworkNamespace? where = null) : ISysctls
{
    private const string Root = "/proc/sys/";

    /// <inheritdoc/>
    public string? Read(string path)
    {
        Check(path);
        var value = Inside(static path => TryRead(path, out var value) is var errno and not (0 or Errno.ENOENT)
            ? throw new NetlinkException($"read {path}", errno)
            : value, path);
        return value;
    }

    /// <inheritdoc/>
    public IReadOnlyList<SysctlReport> Apply(IReadOnlyList<Sysctl> wanted)
    {
        foreach (var setting in wanted)
            Check(setting.Path);
        return wanted.Count == 0 ? [] : Inside(ApplyAll, wanted);
    }

    private static IReadOnlyList<SysctlReport> ApplyAll(IReadOnlyList<Sysctl> wanted)
    {
        var reports = new SysctlReport[wanted.Count];
        for (var i = 0; i < reports.Length; i++)
            reports[i] = Apply(wanted[i]);
        return reports;
    }

    private static SysctlReport Apply(Sysctl wanted)
    {
        var readError = TryRead(wanted.Path, out var found);
        if (readError == Errno.ENOENT)
            return new SysctlReport(wanted, Found: null, SysctlOutcome.Missing, $"{wanted.Path}: this kernel has no such setting here (a missing module or link?)");
        if (readError == 0 && string.Equals(found, Normal(wanted.Value), StringComparison.Ordinal))
            return new SysctlReport(wanted, found, SysctlOutcome.Held, $"{wanted.Path} is {found}");
        var writeError = TryWrite(wanted);
        if (writeError is Errno.EACCES or Errno.EPERM or Errno.EROFS)
        {
            var reason = writeError == Errno.EROFS ? "/proc/sys is read-only here" : "it belongs to the machine's administrator";
            return new SysctlReport(wanted, found, SysctlOutcome.NotPermitted, $"{wanted.Path} is {found ?? "unknown"} and should be {wanted.Value}, but may not be written: {reason}");
        }

        if (writeError == 0 && TryRead(wanted.Path, out var now) == 0 && string.Equals(now, Normal(wanted.Value), StringComparison.Ordinal))
            return new SysctlReport(wanted, found, SysctlOutcome.Changed, $"{wanted.Path} was {found} and is {now}");
        var why = writeError == 0 ? "it kept another value" : Errno.Name(writeError);
        return new SysctlReport(wanted, found, SysctlOutcome.Refused, $"{wanted.Path} is {found ?? "unknown"} and the kernel did not take {wanted.Value}: {why}");
    }

    private T Inside<TState, T>(Func<TState, T> function, TState state) => where is null ? function(state) : where.Run(function, state);

    private static unsafe int TryRead(string path, out string? value)
    {
        value = null;
        var fd = Interop.Open(Root + path, Interop.OpenReadOnly | Interop.OpenCloexec, 0);
        if (fd < 0)
            return Marshal.GetLastPInvokeError();
        using var owner = new SafeFd(fd);
        var buffer = stackalloc byte[4096];
        var length = Interop.Read(fd, buffer, 4096);
        if (length < 0)
            return Marshal.GetLastPInvokeError();
        value = Normal(Encoding.UTF8.GetString(buffer, (int)length));
        return 0;
    }

    private static unsafe int TryWrite(Sysctl wanted)
    {
        var fd = Interop.Open(Root + wanted.Path, Interop.OpenWriteOnly | Interop.OpenCloexec, 0);
        if (fd < 0)
            return Marshal.GetLastPInvokeError();
        using var owner = new SafeFd(fd);
        var bytes = Encoding.UTF8.GetBytes(wanted.Value + "\n");
        fixed (byte* start = bytes)
            return Interop.Write(fd, start, (nuint)bytes.Length) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>Fields separated by single spaces: the kernel prints tabs.</summary>
    internal static string Normal(string value) =>
        value.AsSpan().ContainsAny("\t\n ") ? string.Join(' ', value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) : value;

    internal static void Check(string path)
    {
        if (path.Length == 0 || path[0] == '/' || path.Contains("..", StringComparison.Ordinal) || path.Contains('\0'))
            throw new ArgumentException($"'{path}' is no setting below /proc/sys such as net/ipv4/ip_forward", nameof(path));
    }
}
