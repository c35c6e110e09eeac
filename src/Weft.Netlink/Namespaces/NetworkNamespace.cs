using System.Globalization;
using System.Runtime.ExceptionServices;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Namespaces;

/// <summary>A network namespace, held open: it lives for as long as this object, a process in it, or a file that pins it.</summary>
/// <remarks>
/// A thread belongs to one namespace, and .NET moves work between threads. Hence the rule of this folder: nobody switches the
/// namespace of a thread that others use. <see cref="Run{T}"/> starts a thread that enters, does the one thing and ends; sockets
/// opened there can be handed out, as a socket stays where it was made.
/// </remarks>
public sealed partial class NetworkNamespace : IDisposable, IEquatable<NetworkNamespace>
{
    // Enough for system calls and parsers; the default of 8 MB would be reserved for each call.
    private const int ThreadStack = 256 * 1024;

    private readonly SafeFd _fd;
    private readonly FileIdentity _identity;

    private NetworkNamespace(SafeFd fd, string name)
    {
        _fd = fd;
        Name = name;
        _identity = FileIdentity.Of(fd, $"look at network namespace {name}");
    }

    /// <summary>How it was found, for messages: a path, a name or a process.</summary>
    public string Name { get; }

    /// <summary>The inode number, as <c>readlink /proc/self/ns/net</c> shows it between brackets.</summary>
    public ulong Inode => _identity.Inode;

    /// <summary>The open descriptor of the namespace.</summary>
    public SafeFd Descriptor => _fd;

    /// <summary>The namespace of the calling thread.</summary>
    public static NetworkNamespace Current() => Open("/proc/thread-self/ns/net", "of this thread");

    /// <summary>The namespace behind a file: a pinned one (<c>/run/netns/NAME</c>) or that of a process (<c>/proc/PID/ns/net</c>).</summary>
    /// <exception cref="NetlinkException">ENOENT: no such file; EINVAL: not a network namespace.</exception>
    public static NetworkNamespace Open(string path) => Open(path, path);

    /// <summary>The namespace that a process is in.</summary>
    /// <exception cref="NetlinkException">ENOENT: no such process; EACCES: it belongs to somebody else.</exception>
    public static NetworkNamespace OpenProcess(int pid) =>
        Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/net"), string.Create(CultureInfo.InvariantCulture, $"of process {pid}"));

    /// <summary>Makes a namespace without a name; it ends when this object is disposed and nobody else uses it.</summary>
    /// <exception cref="NetlinkException">EPERM: needs CAP_SYS_ADMIN in the user namespace; ENOSPC: user.max_net_namespaces is reached.</exception>
    public static NetworkNamespace Create() => OnThread(
        static _ =>
        {
            Unshare();
            return Open("/proc/thread-self/ns/net", "without a name");
        },
        state: 0);

    /// <summary>Runs <paramref name="action"/> inside, on a thread of its own, and waits for it.</summary>
    /// <exception cref="NetlinkException">EPERM: entering needs CAP_SYS_ADMIN in the user namespace that owns it.</exception>
    public void Run(Action action) => Run(
        static action =>
        {
            action();
            return 0;
        },
        action);

    /// <summary>Runs <paramref name="function"/> inside, on a thread of its own, and returns its result; its exceptions come back as they are.</summary>
    /// <exception cref="NetlinkException">EPERM: entering needs CAP_SYS_ADMIN in the user namespace that owns it.</exception>
    public T Run<T>(Func<T> function) => Run(static function => function(), function);

    /// <summary>As <see cref="Run{T}(Func{T})"/>, with the state passed by hand.</summary>
    public T Run<TState, T>(Func<TState, T> function, TState state) => OnThread(
        static call =>
        {
            call.Namespace.Enter();
            return call.function(call.state);
        },
        (Namespace: this, function, state));

    /// <summary>
    /// Moves the calling thread into this namespace, for good. Only for a program that has one thread and ends soon, such as a container
    /// launcher; everybody else uses <see cref="Run(Action)"/>.
    /// </summary>
    public void Enter()
    {
        if (Interop.SetNamespace(_fd.Value, (int)NamespaceKinds.Net) < 0)
            NetlinkException.ThrowLast($"enter network namespace {Name}");
    }

    /// <summary>Closes the descriptor; the namespace goes when nothing else holds it.</summary>
    public void Dispose() => _fd.Dispose();

    /// <summary>Whether both are one namespace, however each was found.</summary>
    public bool Equals(NetworkNamespace? other) => other is not null && _identity == other._identity;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NetworkNamespace);

    /// <inheritdoc/>
    public override int GetHashCode() => _identity.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => $"network namespace {Name}";

    internal static NetworkNamespace FromDescriptor(SafeFd fd, string name) => new(fd, name);

    private static NetworkNamespace Open(string path, string name)
    {
        var fd = SafeFd.Own(Interop.Open(path, Interop.OpenReadOnly | Interop.OpenCloexec, 0), $"open network namespace {name}");
        if (NamespaceFiles.IsNetwork(fd))
            return new NetworkNamespace(fd, name);
        fd.Dispose();
        throw new NetlinkException($"open network namespace {name}", Errno.EINVAL, kernelText: null, "the file is there but pins no network namespace");
    }

    private static void Unshare()
    {
        if (Interop.Unshare((int)NamespaceKinds.Net) < 0)
            NetlinkException.ThrowLast("create network namespace");
    }

    private static T OnThread<TState, T>(Func<TState, T> function, TState state)
    {
        var result = default(T);
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = function(state);
                }
                catch (Exception exception)
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            },
            ThreadStack) { IsBackground = true };
        thread.UnsafeStart();
        thread.Join();
        failure?.Throw();
        return result!;
    }
}
