using System.Runtime.CompilerServices;
using Weft.Netlink.Libc;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.PacketLog;

/// <summary>The kernel's packet log, in the network namespace of the thread that calls.</summary>
/// <remarks>Needs CAP_NET_ADMIN in the user namespace that owns the network namespace. Source: net/netfilter/nfnetlink_log.c.</remarks>
public sealed class KernelPacketLog : IPacketLog
{
    // Some thousand packets before the kernel drops one.
    private const int Buffer = 1024 * 1024;

    private readonly NetworkNamespace? _where;

    /// <summary>Of the calling thread's namespace at the time of listening.</summary>
    public KernelPacketLog()
    {
    }

    /// <summary>Of another namespace, entered for a moment to open the socket there; it must stay open while this is used.</summary>
    public KernelPacketLog(NetworkNamespace where) => _where = where;

    /// <inheritdoc/>
    public async IAsyncEnumerable<LoggedPacket?> ListenAsync(ushort group, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var thread = Open(group);
        await foreach (var packet in thread.ReadAllAsync(cancel).ConfigureAwait(false))
            yield return packet;
    }

    private NotificationThread<LoggedPacket?> Open(ushort group)
    {
        var transport = _where is null ? new KernelTransport(NetlinkProtocol.Netfilter) : _where.Run(static () => new KernelTransport(NetlinkProtocol.Netfilter));
        try
        {
            transport.EnsureReceiveBuffer(Buffer);

            // The socket's own answer comes before its first packet is looked at; it closes with the thread.
            var writer = new NetlinkWriter(stackalloc byte[64]);
            PacketLogCodec.WriteBind(ref writer, group);
            new NetlinkSocket(transport).Execute(writer.Complete(), new Operation("listen to packet log group", group));
        }
        catch (NetlinkException refused) when (refused.NotPermitted && ListenerOf(group) is { } other)
        {
            // The kernel has the same answer for who lacks the right and for who comes second.
            transport.Dispose();
            throw new NetlinkException($"listen to packet log group {group}", Errno.EBUSY, hint: $"{other} listens to it already, and there can be one only: end that, or have it use another group");
        }
        catch
        {
            transport.Dispose();
            throw;
        }

        return new NotificationThread<LoggedPacket?>(transport, new Reader().Read, static () => null);
    }

    private string? ListenerOf(ushort group) => _where is null ? PacketLogListeners.Find(group) : _where.Run(() => PacketLogListeners.Find(group));

    /// <summary>Packets of a datagram.</summary>
    private sealed class Reader
    {
        private readonly List<LoggedPacket?> _packets = [];
        private readonly PrefixTexts _prefixes = new();
        private uint _next;

        public IReadOnlyList<LoggedPacket?> Read(ReadOnlySpan<byte> datagram)
        {
            _packets.Clear();
            var messages = new MessageReader(datagram);
            while (messages.TryRead(out var message))
            {
                if (message.Type != PacketLogCodec.Packet)
                    continue;
                var error = default(DecodeError);
                var (packet, number) = PacketLogCodec.Read(message, _prefixes, ref error);
                _packets.Add(error.Any ? null : packet with { Missed = number - _next });
                _next = error.Any ? _next : number + 1;
            }

            return _packets;
        }
    }
}
