using Weft.Model.Links;
using Weft.Model.Routes;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Fakes;

public sealed partial class FakeNetworkStack
{
    private readonly List<Neighbour> _neighbours = [];
    private readonly List<ForwardingEntry> _forwarding = [];

    /// <inheritdoc/>
    public IReadOnlyList<Neighbour> Neighbours(string? device = null)
    {
        lock (_turn)
        {
            if (device is not null)
                Require(device, "list neighbours of");
            return [.. _neighbours.Where(neighbour => device is null || Same(neighbour.Device, device)).OrderBy(neighbour => neighbour.Proxy)];
        }
    }

    /// <inheritdoc/>
    public void ReplaceNeighbour(Neighbour neighbour)
    {
        lock (_turn)
        {
            Require(neighbour.Device, "set neighbour on");
            _neighbours.RemoveAll(other => SameKey(other, neighbour));
            _neighbours.Add(neighbour);
            Notify(new NetworkChange.OfNeighbour(neighbour, Removed: false));
        }
    }

    /// <inheritdoc/>
    public bool DeleteNeighbour(Neighbour neighbour)
    {
        lock (_turn)
        {
            Require(neighbour.Device, "delete neighbour on");
            return _neighbours.RemoveAll(other => SameKey(other, neighbour)) > 0;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ForwardingEntry> Forwarding(string? device = null)
    {
        lock (_turn)
        {
            if (device is not null)
                Require(device, "list forwarding entries of");
            return _forwarding.FindAll(entry => device is null || Same(entry.Device, device));
        }
    }

    /// <inheritdoc/>
    public void ReplaceForwarding(ForwardingEntry entry)
    {
        lock (_turn)
        {
            CheckForwarding(entry);
            if (entry.Address == default)
                throw Refuse($"set forwarding entry {entry}", Errno.EOPNOTSUPP);
            _forwarding.RemoveAll(other => SameKey(other, entry));
            _forwarding.Add(entry);
        }
    }

    /// <inheritdoc/>
    public void AppendForwarding(ForwardingEntry entry)
    {
        lock (_turn)
        {
            CheckForwarding(entry);
            if (!_forwarding.Contains(entry))
                _forwarding.Add(entry);
        }
    }

    /// <inheritdoc/>
    public bool DeleteForwarding(ForwardingEntry entry)
    {
        lock (_turn)
        {
            Require(entry.Device, "delete forwarding entry on");
            return _forwarding.RemoveAll(other => SameKey(other, entry) && other.Destination == entry.Destination) > 0;
        }
    }

    private static bool SameKey(Neighbour left, Neighbour right) =>
        Same(left.Device, right.Device) && left.Address == right.Address && left.Proxy == right.Proxy;

    private static bool SameKey(ForwardingEntry left, ForwardingEntry right) =>
        Same(left.Device, right.Device) && left.Address == right.Address && left.OnMaster == right.OnMaster && left.Vlan == right.Vlan;

    private void CheckForwarding(ForwardingEntry entry)
    {
        var link = Require(entry.Device, "set forwarding entry on");
        if (entry.OnMaster ? link.Master is null : link.Kind is not (VxlanKind or BridgeKind))
            throw Refuse($"set forwarding entry {entry}", Errno.EOPNOTSUPP);
    }
}
