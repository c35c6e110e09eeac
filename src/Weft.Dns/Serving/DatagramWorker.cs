using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Weft.Dns.Wire;
using Weft.Netlink.Libc;

namespace Weft.Dns.Serving;

/// <summary>A thread that answers datagrams, with a socket of its own on each address: it takes what has arrived, answers, and sends all answers at once.</summary>
/// <remarks>
/// The kernel spreads clients over the sockets of one address (SO_REUSEPORT). Nothing is allocated for a query that can be answered at once; who asks for names
/// of others is waited for elsewhere.
/// </remarks>
internal sealed class DatagramWorker : IDisposable
{
    // include/uapi/asm-generic/socket.h
    private const int SolSocket = 1, SoReusePort = 15, SoReceiveBufferForce = 33;

    private const int BatchSize = 32, LongestQuery = 2048;

    // As much as arrives in a few milliseconds during which nobody reads; the usual 208 KiB hold 270 small datagrams.
    private const int ReceiveBuffer = 1 << 20;

    // Turns on one socket before the others have theirs.
    private const int MostTurns = 8;

    // To sleep and be woken costs the thread, and whoever sends to it, more than a few empty looks: who had this many datagrams in such a time looks for as long again before it sleeps.
    private const int Busy = 4;

    private const long LookMicroseconds = 40;

    private const int WakeToken = -1;

    private static readonly long LookTicks = Stopwatch.Frequency * LookMicroseconds / 1_000_000;

    private static readonly ExtendedError TooMany = new(ExtendedErrorCode.Other, "too many queries wait for other servers");

    private readonly DnsService _service;
    private readonly DeferredAnswers _deferred;
    private readonly List<Socket> _sockets = [];
    private readonly DatagramBatch _batch = new(BatchSize, LongestQuery, Responder.LongestDatagram);
    private readonly EventPoll _poll = new();
    private readonly (SafeFd Read, SafeFd Write) _wake = Descriptors.Pipe();
    private readonly Thread _thread;
    private volatile bool _ends;

    /// <exception cref="DnsListenException">An address cannot be had.</exception>
    public DatagramWorker(DnsService service, DeferredAnswers deferred, IReadOnlyList<IPEndPoint> addresses, int number)
    {
        (_service, _deferred) = (service, deferred);
        _thread = new Thread(Run) { IsBackground = true, Name = $"dns {number}" };
        try
        {
            foreach (var address in addresses)
                Open(address);
        }
        catch
        {
            Close();
            throw;
        }

        _poll.Add(_wake.Read.Value, Readiness.Read, WakeToken);
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ends = true;
        Descriptors.WriteAll(_wake.Write.Value, [1]);
        _thread.Join();
        Close();
    }

    private void Open(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        _sockets.Add(socket);
        try
        {
            socket.SetRawSocketOption(SolSocket, SoReusePort, BitConverter.GetBytes(1));
            GrowBuffer(socket);
            socket.Bind(address);
        }
        catch (SocketException e)
        {
            throw new DnsListenException($"cannot answer datagrams at {address}: {e.Message}", e);
        }

        _poll.Add((int)socket.Handle, Readiness.Read, _sockets.Count - 1);
    }

    private static void GrowBuffer(Socket socket)
    {
        try
        {
            socket.SetRawSocketOption(SolSocket, SoReceiveBufferForce, BitConverter.GetBytes(ReceiveBuffer));
        }
        catch (SocketException)
        {
            // Only CAP_NET_ADMIN may go beyond net.core.rmem_max; up to there everybody may.
            socket.ReceiveBufferSize = ReceiveBuffer;
        }
    }

    private void Close()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _poll.Dispose();
        _wake.Read.Dispose();
        _wake.Write.Dispose();
    }

    private void Run()
    {
        Span<ReadyEvent> ready = stackalloc ReadyEvent[16];
        while (!_ends)
        {
            var served = ServeAll(ready[.._poll.Wait(ready, timeoutMilliseconds: -1)]);
            while (served >= Busy && !_ends)
                served = LookAround(ready);
        }
    }

    private int LookAround(Span<ReadyEvent> ready)
    {
        var served = 0;
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetTimestamp() - began < LookTicks;)
            served += ServeAll(ready[.._poll.Wait(ready, timeoutMilliseconds: 0)]);
        return served;
    }

    private int ServeAll(ReadOnlySpan<ReadyEvent> ready)
    {
        var served = 0;
        foreach (var one in ready)
        {
            if (one.Token != WakeToken)
                served += Serve(_sockets[one.Token]);
        }

        return served;
    }

    private int Serve(Socket socket)
    {
        var (fd, served) = ((int)socket.Handle, 0);
        for (var turn = 0; turn < MostTurns; turn++)
        {
            var received = _batch.Receive(fd);
            for (var i = 0; i < received; i++)
                Answer(socket, i);
            if (received > 0)
                _batch.Send(fd);
            served += Math.Max(received, 0);
            if (received < BatchSize)
                break;
        }

        return served;
    }

    private void Answer(Socket socket, int number)
    {
        var client = new DnsClient(_batch.Address(number), (ushort)_batch.Port(number), DnsTransport.Datagram);
        var room = _batch.Room(number);
        var query = _batch.Datagram(number);
        if (!_service.TryAnswer(client, query, room, out var length) && !_deferred.TryBegin(socket, client, query, _batch.Peer(number)))
            length = _service.Fail(client, query, TooMany, room);
        if (length > 0)
            _batch.Answer(number, length);
    }
}
