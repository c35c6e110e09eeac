using Weft.Netlink.Libc;

namespace Weft.Netlink.Protocol;

/// <summary>Datagrams to and from the kernel: what <see cref="NetlinkSocket"/> needs of a socket, so that tests can inject every fault.</summary>
internal abstract class NetlinkTransport : IDisposable
{
    /// <summary>The number by which the kernel knows the socket; 0 for none.</summary>
    public virtual uint Port => 0;

    /// <summary>Sends one datagram; returns 0 or an error number.</summary>
    public abstract int Send(ReadOnlySpan<byte> datagram);

    /// <summary>
    /// Takes the next datagram, without waiting (EAGAIN). <paramref name="length"/> is its full length, which may exceed the buffer;
    /// what did not fit is lost.
    /// </summary>
    public abstract int Receive(Span<byte> buffer, out int length);

    /// <summary>Waits until there is something to receive; false after the time is over.</summary>
    public abstract bool Wait(TimeSpan timeout);

    /// <summary>Asks for a send buffer that takes a datagram of this many bytes; returns how many it does take.</summary>
    public abstract int EnsureSendBuffer(int bytes);

    /// <summary>Asks for a receive buffer of this many bytes; returns what there is.</summary>
    public abstract int EnsureReceiveBuffer(int bytes);

    /// <summary>The number of a link of the socket's network namespace; 0 when there is none of this name.</summary>
    public abstract int IndexOf(string name);

    /// <summary>The name of a link of the socket's network namespace; null when there is none of this number.</summary>
    public abstract string? NameOf(int index);

    /// <summary>Opens the network namespace that the socket belongs to.</summary>
    public abstract SafeFd OpenNamespace();

    public abstract void Dispose();
}
