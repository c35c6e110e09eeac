using Weft.Netlink.Libc;

namespace Weft.Netlink.Conntrack;

/// <summary>Flows in memory, for tests without privileges; one contract suite runs on it and on the kernel.</summary>
public sealed class FakeConntrack : IConntrack
{
    private readonly Dictionary<(FlowTuple, ushort), Flow> _flows = [];
    private uint _lastId;

    /// <summary>What <see cref="Usage"/> gives as the maximum.</summary>
    public long Maximum { get; set; } = 262_144;

    /// <summary>Adds to the entries that are counted.</summary>
    public long OtherEntries { get; set; }

    /// <summary>Makes every call fail with this error number; 0 lets it pass.</summary>
    public int Refuse { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<Flow> Find(FlowFilter filter, Predicate<Flow>? where = null, int limit = int.MaxValue)
    {
        Check("list connections");
        return [.. _flows.Values.Where(flow => filter.Matches(flow) && where?.Invoke(flow) != false).Take(limit)];
    }

    /// <inheritdoc/>
    public int Delete(IReadOnlyList<Flow> flows)
    {
        Check("delete connections");
        return flows.Count(flow =>
            _flows.TryGetValue((flow.Original, flow.Zone), out var known) && (flow.Id == 0 || flow.Id == known.Id) && _flows.Remove((flow.Original, flow.Zone)));
    }

    /// <inheritdoc/>
    public void Add(Flow flow, TimeSpan lifetime)
    {
        Check("add connection");
        if (!_flows.TryAdd((flow.Original, flow.Zone), flow with { Id = ++_lastId }))
            throw new NetlinkException($"add connection {flow.Original}", Errno.EEXIST);
    }

    /// <inheritdoc/>
    public ConntrackUsage Usage()
    {
        Check("count connections");
        return new ConntrackUsage(_flows.Count + OtherEntries, Maximum, 0, 0, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Check(string operation)
    {
        if (Refuse != 0)
            throw new NetlinkException(operation, Refuse);
    }
}
