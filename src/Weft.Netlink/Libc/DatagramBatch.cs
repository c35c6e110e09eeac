using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weft.Model;

namespace Weft.Netlink.Libc;

/// <summary>Datagrams that are received and answered many at a time: two system calls for all of them, and no allocation (recvmmsg(2), sendmmsg(2)).</summary>
/// <remarks>For one thread; the sockets may change from one turn to the next. Memory is pinned for as long as the batch lives.</remarks>
public sealed unsafe class DatagramBatch
{
    // A line of the cache more than the datagram, so that the beginnings of all do not fall into the same lines.
    private const int Stagger = 64;

    private readonly int _longest, _longestAnswer;
    private readonly byte[] _datagrams, _answers, _peers;
    private readonly Interop.IoVector[] _vectors, _answerVectors;
    private readonly Interop.BatchedMessage[] _received, _queued;
    private int _receivedCount, _queuedCount;

    /// <summary>Makes the room.</summary>
    /// <param name="capacity">Most datagrams at a time.</param>
    /// <param name="longest">Longest datagram that is taken whole, in bytes.</param>
    /// <param name="longestAnswer">Longest answer, in bytes.</param>
    public DatagramBatch(int capacity, int longest, int longestAnswer)
    {
        (Capacity, _longest, _longestAnswer) = (capacity, longest, longestAnswer);
        _datagrams = Pinned<byte>(capacity * (longest + Stagger));
        _answers = Pinned<byte>(capacity * (longestAnswer + Stagger));
        _peers = Pinned<byte>(capacity * SocketAddress.MaxLength);
        (_vectors, _answerVectors) = (Pinned<Interop.IoVector>(capacity), Pinned<Interop.IoVector>(capacity));
        (_received, _queued) = (Pinned<Interop.BatchedMessage>(capacity), Pinned<Interop.BatchedMessage>(capacity));
        for (var i = 0; i < capacity; i++)
        {
            _vectors[i] = new Interop.IoVector { Base = At(_datagrams, i * (longest + Stagger)), Length = (nuint)longest };
            _received[i].Header = new Interop.MessageHeader { Name = At(_peers, i * SocketAddress.MaxLength), NameLength = SocketAddress.MaxLength, Vectors = At(_vectors, i), VectorCount = 1 };
            _queued[i].Header = new Interop.MessageHeader { Vectors = At(_answerVectors, i), VectorCount = 1 };
        }
    }

    /// <summary>Most datagrams at a time.</summary>
    public int Capacity { get; }

    /// <summary>Takes what has arrived, without waiting; answers of the turn before that were not sent are forgotten.</summary>
    /// <returns>How many; minus an <see cref="Errno"/> when there is none (<c>EAGAIN</c>) or the socket has an error to tell.</returns>
    public int Receive(int fd)
    {
        _queuedCount = 0;

        // The kernel has written how long each address was.
        foreach (ref var message in _received.AsSpan(0, _receivedCount))
            message.Header.NameLength = SocketAddress.MaxLength;
        var count = Interop.RecvMmsg(fd, At(_received, 0), (uint)Capacity, Interop.MsgDontWait, null);
        _receivedCount = Math.Max(count, 0);
        return count < 0 ? -Marshal.GetLastPInvokeError() : count;
    }

    /// <summary>A datagram of this turn.</summary>
    public ReadOnlySpan<byte> Datagram(int number) => _datagrams.AsSpan(number * (_longest + Stagger), (int)_received[number].Length);

    /// <summary>Whether the datagram was longer than there is room.</summary>
    public bool IsCut(int number) => (_received[number].Header.Flags & Interop.MsgTrunc) != 0;

    /// <summary>Who sent it, as the kernel writes addresses (sockaddr).</summary>
    public ReadOnlySpan<byte> Peer(int number) => _peers.AsSpan(number * SocketAddress.MaxLength, (int)_received[number].Header.NameLength);

    /// <summary>The address that it came from; a mapped one as IPv4.</summary>
    public IpAddress Address(int number) => SocketAddress.AddressOf(Peer(number));

    /// <summary>The port that it came from.</summary>
    public int Port(int number) => SocketAddress.PortOf(Peer(number));

    /// <summary>Where the answer to a datagram of this turn is written.</summary>
    public Span<byte> Room(int number) => _answers.AsSpan(number * (_longestAnswer + Stagger), _longestAnswer);

    /// <summary>Lets what was written to <see cref="Room"/> go back to who sent the datagram.</summary>
    public void Answer(int number, int length)
    {
        _answerVectors[_queuedCount] = new Interop.IoVector { Base = At(_answers, number * (_longestAnswer + Stagger)), Length = (nuint)length };
        ref var header = ref _queued[_queuedCount++].Header;
        header.Name = _received[number].Header.Name;
        header.NameLength = _received[number].Header.NameLength;
    }

    /// <summary>Sends the answers of this turn. What the kernel refuses for one client is that client's loss only; when it has no room, the rest is dropped.</summary>
    /// <returns>How many were sent.</returns>
    public int Send(int fd)
    {
        var (at, sent) = (0, 0);
        while (at < _queuedCount)
        {
            var count = Interop.SendMmsg(fd, At(_queued, at), (uint)(_queuedCount - at), Interop.MsgDontWait | Interop.MsgNoSignal);
            if (count < 0 && Marshal.GetLastPInvokeError() is Errno.EAGAIN or Errno.ENOBUFS or Errno.EBADF)
                break;
            at += Math.Max(count, 1);
            sent += Math.Max(count, 0);
        }

        _queuedCount = 0;
        return sent;
    }

    private static T[] Pinned<T>(int length)
        where T : unmanaged => GC.AllocateArray<T>(length, pinned: true);

    private static T* At<T>(T[] pinned, int index)
        where T : unmanaged => (T*)Unsafe.AsPointer(ref pinned[index]);
}
