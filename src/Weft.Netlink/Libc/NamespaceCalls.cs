using System.Text;

namespace Weft.Netlink.Libc;

/// <summary>Namespaces of every kind, by the bare system calls, for launchers. Network namespaces in a library are <see cref="Netlink.Namespaces.NetworkNamespace"/>.</summary>
public static unsafe class NamespaceCalls
{
    /// <summary>Moves the calling thread into new namespaces. User and mount namespaces need a process of one thread.</summary>
    public static void Unshare(NamespaceKinds kinds)
    {
        if (Interop.Unshare((int)kinds) < 0)
            NetlinkException.ThrowLast($"create namespaces ({kinds})");
    }

    /// <summary>Moves the calling thread into the namespaces that a file (<c>/proc/PID/ns/KIND</c>) or a pidfd stands for.</summary>
    public static void Enter(SafeFd fd, NamespaceKinds kinds)
    {
        if (Interop.SetNamespace(fd.Value, (int)kinds) < 0)
            NetlinkException.ThrowLast($"enter namespaces ({kinds})");
    }

    /// <summary>Opens <paramref name="path"/> and moves the calling thread into the namespace that it stands for.</summary>
    public static void Enter(string path, NamespaceKinds kinds)
    {
        using var fd = Descriptors.OpenRead(path);
        if (Interop.SetNamespace(fd.Value, (int)kinds) < 0)
            NetlinkException.ThrowLast($"enter {path}");
    }

    /// <summary>Names the host, within the UTS namespace.</summary>
    public static void SetHostName(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        fixed (byte* start = bytes)
        {
            if (Interop.SetHostName(start, (nuint)bytes.Length) < 0)
                NetlinkException.ThrowLast($"name the host {name}");
        }
    }
}
