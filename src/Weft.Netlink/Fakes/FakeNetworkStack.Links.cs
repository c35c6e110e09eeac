using Weft.Model.Links;
using Weft.Netlink.Libc;
using Weft.Netlink.Rtnetlink;

namespace Weft.Netlink.Fakes;

public sealed partial class FakeNetworkStack
{
    private static readonly BridgePort UsualPort = new()
    {
        Isolated = false,
        Hairpin = false,
        ProxyArp = false,
        ProxyArpWifi = false,
        NeighbourSuppression = false,
        Learning = true,
        UnicastFlood = true,
        MulticastFlood = true,
        BroadcastFlood = true,
        Locked = false,
    };

    /// <inheritdoc/>
    public IReadOnlyList<Link> Links()
    {
        lock (_turn)
            return _links.ConvertAll(Show);
    }

    /// <inheritdoc/>
    public Link? FindLink(string name)
    {
        lock (_turn)
            return Find(name) is { } link ? Show(link) : null;
    }

    /// <inheritdoc/>
    public void CreateLink(LinkSpec spec)
    {
        DeviceNames.Check(spec.Name);
        if (spec.Kind is VethKind)
            throw new ArgumentException("a veth is made with both of its ends: use CreateVeth", nameof(spec));
        lock (_turn)
        {
            CheckFree(spec.Name, $"create {spec}");
            if (spec.Master is not null)
                Require(spec.Master, $"create {spec} in");
            var link = Add(new FakeLink { Name = spec.Name, Kind = Complete(spec.Kind), Mtu = spec.Mtu ?? UsualMtu(spec.Kind), Address = spec.Address ?? DrawMac() });
            Enslave(link, spec.Master, spec.Port);
            SetUp(link, spec.Up);
            Tell(link);
        }
    }

    /// <inheritdoc/>
    public void CreateVeth(VethSpec spec, INetworkStack? peer = null)
    {
        DeviceNames.Check(spec.Name);
        DeviceNames.Check(spec.PeerName);
        var far = Fake(peer ?? this);
        lock (_turn)
        {
            CheckFree(spec.Name, $"create {spec}");
            far.CheckFree(spec.PeerName, $"create {spec}");
            if (spec.Master is not null)
                Require(spec.Master, $"create {spec} in");
            var mtu = spec.Mtu ?? 1500;
            var other = far.Add(new FakeLink { Name = spec.PeerName, Kind = new VethKind(), Mtu = mtu, Address = spec.PeerAddress ?? DrawMac() });
            var link = Add(new FakeLink { Name = spec.Name, Kind = new VethKind(), Mtu = mtu, Address = spec.Address ?? DrawMac(), Peer = other });
            other.Peer = link;
            Enslave(link, spec.Master, spec.Port);
            SetUp(link, spec.Up);
            far.SetUp(other, spec.PeerUp);
            far.Tell(other);
            Tell(link);
        }
    }

    /// <inheritdoc/>
    public void ChangeLink(string name, LinkChange change)
    {
        lock (_turn)
        {
            var link = Require(name, "change link");
            if (change.Name is { } newName && !string.Equals(newName, name, StringComparison.Ordinal))
            {
                DeviceNames.Check(newName);
                CheckFree(newName, $"rename {name}");
                Rename(link, newName);
            }

            if (change.Mtu is < 68 or > 65535)
                throw Refuse($"change link {name}", Errno.EINVAL, "mtu less than device minimum");
            link.Mtu = change.Mtu ?? link.Mtu;
            link.Address = change.Address ?? link.Address;
            link.Promiscuous = change.Promiscuous ?? link.Promiscuous;
            if (change.Master is { } master)
                Enslave(link, master.Length == 0 ? null : Require(master, $"change link {name} into").Name, port: null);
            if (change.Port is { } port)
                link.Port = (link.Port ?? throw Refuse($"change port {name}", Errno.EINVAL)).With(port);
            SetUp(link, change.Up ?? link.Up);
            Tell(link);
        }
    }

    /// <inheritdoc/>
    public void MoveLink(string name, INetworkStack target, string? newName = null)
    {
        var far = Fake(target);
        lock (_turn)
        {
            var link = Require(name, "move link");
            if (link.Kind is null or BridgeKind)
                throw Refuse($"move link {name}", Errno.EINVAL, "The interface netns is immutable");
            far.CheckFree(newName ?? name, $"move link {name}");
            Forget(link);
            link.Name = newName ?? name;
            far.Add(link);
            far.Tell(link);
        }
    }

    /// <inheritdoc/>
    public bool DeleteLink(string name)
    {
        lock (_turn)
        {
            if (Find(name) is not { } link)
                return false;
            if (link.Kind is null)
                throw Refuse($"delete link {name}", Errno.EOPNOTSUPP);
            link.Peer?.Home?.Forget(link.Peer);
            Forget(link);
            return true;
        }
    }

    private static FakeNetworkStack Fake(INetworkStack stack) =>
        stack as FakeNetworkStack ?? throw new ArgumentException("a link of the fake can only go to another fake", nameof(stack));

    private static int UsualMtu(LinkKind kind) => kind is VxlanKind vxlan ? vxlan.Underlay is null ? 1500 : 1450 : 1500;

    private static LinkKind Complete(LinkKind kind) => kind switch
    {
        BridgeKind bridge => bridge with
        {
            VlanFiltering = bridge.VlanFiltering ?? false,
            SpanningTree = bridge.SpanningTree ?? false,
            MulticastSnooping = bridge.MulticastSnooping ?? true,
            ForwardDelay = bridge.ForwardDelay ?? 1500,
            AgeingTime = bridge.AgeingTime ?? 30000,
        },
        VxlanKind vxlan => vxlan with
        {
            Learning = vxlan.Learning ?? true,
            UdpChecksum = vxlan.UdpChecksum ?? true,
            Ttl = vxlan.Ttl ?? 0,
        },
        _ => kind,
    };

    private void CheckFree(string name, string operation)
    {
        if (Find(name) is not null)
            throw Refuse(operation, Errno.EEXIST);
    }

    private static void Enslave(FakeLink link, string? master, BridgePort? port)
    {
        link.Master = master;
        link.Port = master is null ? null : UsualPort.With(port ?? UsualPort);
    }

    private void SetUp(FakeLink link, bool up)
    {
        if (link.Up && !up)
            DropRoutesOf(link.Name, alsoAddresses: false);
        link.Up = up;
    }

    private void Rename(FakeLink link, string name)
    {
        RenameDevice(link.Name, name);
        foreach (var port in _links)
        {
            if (string.Equals(port.Master, link.Name, StringComparison.Ordinal))
                port.Master = name;
        }

        link.Name = name;
    }

    private void Forget(FakeLink link)
    {
        DropRoutesOf(link.Name, alsoAddresses: true);
        _links.Remove(link);
        foreach (var port in _links)
        {
            if (string.Equals(port.Master, link.Name, StringComparison.Ordinal))
                Enslave(port, master: null, port: null);
        }

        (link.Up, link.Master, link.Port) = (false, null, null);
        Notify(new NetworkChange.OfLink(Show(link), Removed: true));
    }

    private void Tell(FakeLink link) => Notify(new NetworkChange.OfLink(Show(link), Removed: false));

    private LinkState StateOf(FakeLink link) => link switch
    {
        { Up: false } => LinkState.Down,
        { Kind: VethKind } => link.Carrier ? LinkState.Up : LinkState.LowerLayerDown,
        { Kind: BridgeKind } when _links.Exists(port => port.Carrier && string.Equals(port.Master, link.Name, StringComparison.Ordinal)) => LinkState.Up,
        _ => LinkState.Unknown,
    };

    private Link Show(FakeLink link) => new()
    {
        Index = link.Index,
        Name = link.Name,
        Kind = link.Kind,
        Up = link.Up,
        Carrier = link.Carrier,
        IsLoopback = link.Kind is null,
        Promiscuous = link.Promiscuous,
        State = StateOf(link),
        Mtu = link.Mtu,
        Address = link.Address,
        Master = link.Master,
        Port = link.Port,
        PeerIndex = link.Peer?.Index,
        PeerNamespace = link.Peer is null || ReferenceEquals(link.Peer.Home, this) ? null : 0,
    };
}
