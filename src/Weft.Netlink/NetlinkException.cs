using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Weft.Netlink;

/// <summary>The kernel refused what this library asked of it: the one exception of this room, for netlink and plain system calls alike.</summary>
/// <remarks>Outcomes of an ordinary life (a link that exists already) are told apart by <see cref="Errno"/>, never by the text.</remarks>
public sealed class NetlinkException : Exception
{
    /// <summary>Describes a refused operation.</summary>
    /// <param name="operation">What was tried and on what, such as <c>create link veth0</c>.</param>
    /// <param name="errno">The positive error number.</param>
    /// <param name="kernelText">The kernel's own words (extended ack), where it had any.</param>
    /// <param name="hint">What to check; null takes the usual advice for the error number.</param>
    public NetlinkException(string operation, int errno, string? kernelText = null, string? hint = null)
        : base(Format(operation, errno, kernelText, hint ?? HintFor(errno)))
    {
        Operation = operation;
        Errno = errno;
        KernelText = kernelText;
        Hint = hint ?? HintFor(errno);
    }

    /// <summary>What was tried and on what.</summary>
    public string Operation { get; }

    /// <summary>The positive error number, one of <see cref="Libc.Errno"/>.</summary>
    public int Errno { get; }

    /// <summary>The symbolic name of <see cref="Errno"/>.</summary>
    public string ErrnoName => Libc.Errno.Name(Errno);

    /// <summary>The kernel's own words, from the extended acknowledgement.</summary>
    public string? KernelText { get; }

    /// <summary>What to check, where there is advice.</summary>
    public string? Hint { get; }

    /// <summary>Whether what was to be made is there already.</summary>
    public bool AlreadyExists => Errno == Libc.Errno.EEXIST;

    /// <summary>Whether the object of the operation is not there: no such link, address, route, process or file.</summary>
    public bool NotFound => Errno is Libc.Errno.ENOENT or Libc.Errno.ESRCH or Libc.Errno.ENODEV or Libc.Errno.EADDRNOTAVAIL or Libc.Errno.ENXIO;

    /// <summary>Whether this process lacks the right.</summary>
    public bool NotPermitted => Errno is Libc.Errno.EPERM or Libc.Errno.EACCES;

    /// <summary>Throws for the system call that failed last on this thread.</summary>
    [DoesNotReturn]
    internal static void ThrowLast(string operation, string? hint = null) =>
        throw new NetlinkException(operation, Marshal.GetLastPInvokeError(), kernelText: null, hint);

    private static string Format(string operation, int errno, string? kernelText, string? hint)
    {
        var text = $"{operation}: {Libc.Errno.Name(errno)} ({Marshal.GetPInvokeErrorMessage(errno)})";
        if (!string.IsNullOrEmpty(kernelText))
            text = $"{text}: {kernelText}";
        return hint is null ? text : $"{text}; {hint}";
    }

    private static string? HintFor(int errno) => errno switch
    {
        Libc.Errno.EPERM => "this needs CAP_NET_ADMIN (CAP_SYS_ADMIN for namespaces and mounts) in the user namespace that owns the network namespace",
        Libc.Errno.EACCES => "check the permissions, and that the file system is not mounted read-only",
        Libc.Errno.EOPNOTSUPP or Libc.Errno.EAFNOSUPPORT or Libc.Errno.EPROTONOSUPPORT =>
            "the running kernel lacks this feature: check its configuration and modules",
        Libc.Errno.ENOBUFS => "the kernel dropped replies, so the outcome is unknown: read the state back, or raise net.core.rmem_max",
        Libc.Errno.EMSGSIZE => "the message exceeds the socket's send buffer: split it, or raise net.core.wmem_max",
        Libc.Errno.EMFILE => "too many open files: raise the limit (ulimit -n)",
        _ => null,
    };
}
