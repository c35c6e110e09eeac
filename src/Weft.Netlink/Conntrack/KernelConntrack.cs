using Weft.Netlink.Libc;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Conntrack;

/// <summary>The kernel's flows, by ctnetlink, in the network namespace of the thread that opened it.</summary>
/// <remarks>Needs CAP_NET_ADMIN in the user namespace that owns the network namespace. Source: net/netfilter/nf_conntrack_netlink.c.</remarks>
public sealed class KernelConntrack : IConntrack
{
    private const int RequestSize = 256;

    // Small enough for the default send buffer, large enough that a call costs little.
    private const int DeletionsPerCall = 256;

    private readonly NetlinkSocket _socket;

    /// <summary>Opens a socket in the calling thread's network namespace.</summary>
    /// <exception cref="NetlinkException">The kernel has no netfilter.</exception>
    public KernelConntrack()
        : this(new NetlinkSocket(NetlinkProtocol.Netfilter))
    {
    }

    internal KernelConntrack(NetlinkSocket socket) => _socket = socket;

    /// <summary>The flows of a namespace, entered for a moment to open the socket there.</summary>
    /// <exception cref="NetlinkException">EPERM: entering needs CAP_SYS_ADMIN in the user namespace that owns it.</exception>
    public static KernelConntrack Open(NetworkNamespace where) => where.Run(static () => new KernelConntrack());

    /// <inheritdoc/>
    public IReadOnlyList<Flow> Find(FlowFilter filter, Predicate<Flow>? where = null, int limit = int.MaxValue)
    {
        var (found, reading) = (0, 0u);
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        FlowCodec.WriteList(ref writer, filter);
        return _socket.Dump<Flow>(writer.Complete(), "list connections", (message, ref error) =>
        {
            // Every reading has a number of its own; one that starts over counts anew.
            found = message.Sequence == reading ? found : 0;
            reading = message.Sequence;
            if (found >= limit)
                return null;
            var flow = FlowCodec.Read(message, ref error);
            if (!filter.Matches(flow) || where?.Invoke(flow) == false)
                return null;
            found++;
            return flow;
        });
    }

    /// <inheritdoc/>
    public int Delete(IReadOnlyList<Flow> flows)
    {
        var deleted = 0;
        for (var first = 0; first < flows.Count; first += DeletionsPerCall)
            deleted += DeleteSome(flows, first, int.Min(first + DeletionsPerCall, flows.Count));
        return deleted;
    }

    /// <inheritdoc/>
    public void Add(Flow flow, TimeSpan lifetime)
    {
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        FlowCodec.Begin(ref writer, Cta.New, NetlinkFlags.Create | NetlinkFlags.Exclusive, flow.Original.Source.IsV6);
        FlowCodec.Write(ref writer, flow);
        writer.PutU32BigEndian(Cta.Timeout, (uint)lifetime.TotalSeconds);
        _socket.Execute(writer.Complete(), new Operation("add connection", flow.Original));
    }

    /// <inheritdoc/>
    public ConntrackUsage Usage()
    {
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        FlowCodec.Begin(ref writer, Cta.GetStats, 0, isV6: null);
        var (entries, maximum) = _socket.Get(writer.Complete(), "count connections", StatsCodec.ReadTable);
        var perCpu = new NetlinkWriter(stackalloc byte[RequestSize]);
        FlowCodec.Begin(ref perCpu, Cta.GetStatsCpu, 0, isV6: null);
        var drops = _socket.Dump(perCpu.Complete(), "read connection tracking counters", StatsCodec.ReadDrops);
        return new ConntrackUsage(
            entries, maximum, drops.Sum(cpu => cpu.Drops), drops.Sum(cpu => cpu.EarlyDrops), drops.Sum(cpu => cpu.InsertFailures));
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    /// <summary>One datagram; the kernel answers for those alone that it refused.</summary>
    private int DeleteSome(IReadOnlyList<Flow> flows, int first, int behind)
    {
        var writer = new NetlinkWriter([]);
        try
        {
            for (var i = first; i < behind; i++)
                FlowCodec.WriteDelete(ref writer, flows[i]);
            var outcome = _socket.SendBatch(writer.Complete(), "delete connections");
            foreach (var error in outcome.Errors)
            {
                if (error.Errno != Errno.ENOENT)
                    throw new NetlinkException($"delete connection {flows[first + error.Index].Original}", error.Errno, error.KernelText);
            }

            return behind - first - outcome.Errors.Count;
        }
        finally
        {
            writer.Dispose();
        }
    }
}
