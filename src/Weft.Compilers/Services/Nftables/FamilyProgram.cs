using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Nftables;

/// <summary>The program of one address family: what is in the kernel, and a plan of what is to change.</summary>
internal sealed class FamilyProgram(ServiceSets sets)
{
    private readonly Dictionary<ProxiedPort, PortState> _states = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<uint, PortState> _byId = [];
    private readonly Numbers _ids = new(2, 2, ServiceSets.IdMask - 1);
    private readonly ClassBook _classes = new(sets);
    private readonly Counted _hairpins = new();
    private readonly Counted _clusterIps = new();
    private readonly List<(PortState? Before, PortState? After)> _planned = [];
    private readonly List<ProxiedPort> _leftOut = [];
    private NftTable? _frame;
    private NftTable? _plannedFrame;

    /// <summary>Numbers and places to take over; null once that is done.</summary>
    public FamilySeed? Seed { get; set; }

    /// <summary>Ports that the last plan has no number for.</summary>
    public IReadOnlyList<ProxiedPort> LeftOut => _leftOut;

    /// <summary>The table as committed; null when there is none. Elements of dynamic sets are the kernel's.</summary>
    public NftTable? Table => _frame is null ? null : Whole(_frame, _states.Values);

    /// <summary>The table as planned.</summary>
    public NftTable? PlannedTable()
    {
        var gone = _planned.Where(change => change.Before is not null).Select(change => change.Before!.Port).ToHashSet(ReferenceEqualityComparer.Instance);
        var states = _states.Values.Where(state => !gone.Contains(state.Port)).Concat(_planned.Where(change => change.After is not null).Select(change => change.After!));
        return _plannedFrame is null ? null : Whole(_plannedFrame, states);
    }

    /// <summary>Plans the way from one table to another and returns it as operations.</summary>
    public IEnumerable<NftOperation> Plan(List<(ProxiedPort? Before, ProxiedPort? After)> ports, ServiceTable before, ServiceTable after)
    {
        foreach (var (old, wanted) in ports)
            Plan(old, wanted, before, after);
        _plannedFrame = PlanFrame(before, after);
        if (_plannedFrame is null)
            return _frame is null ? [] : [new NftDeleteTable(sets.Table)];
        var changes = new ElementChanges(sets);
        foreach (var (old, wanted) in _planned)
            changes.Replace(old, wanted);
        foreach (var (address, come) in _hairpins.Changes())
            changes.Hairpin(address, come);
        foreach (var (address, come) in _clusterIps.Changes())
            changes.ClusterIp(address, come);
        return FrameChange.Around(_frame, _plannedFrame, changes.Operations());
    }

    /// <summary>The plan has been carried out.</summary>
    public void Commit()
    {
        foreach (var (old, _) in _planned)
        {
            if (old is null)
                continue;
            _states.Remove(old.Port);
            _byId.Remove(old.Id);
        }

        foreach (var (_, state) in _planned)
        {
            if (state is null)
                continue;
            _states[state.Port] = state;
            _byId[state.Id] = state;
        }

        foreach (var (old, state) in _planned)
        {
            if (old is not null && old.Id != state?.Id)
                _ids.Free(old.Id);
        }

        _planned.Clear();
        _frame = _plannedFrame;
        Seed = null;
        _ids.Commit();
        _classes.Commit();
        _hairpins.Commit();
        _clusterIps.Commit();
    }

    /// <summary>Forgets the plan.</summary>
    public void Discard()
    {
        _planned.Clear();
        _leftOut.Clear();
        _plannedFrame = _frame;
        _ids.Discard();
        _classes.Discard();
        _hairpins.Discard();
        _clusterIps.Discard();
    }

    /// <summary>The port of an id, planned or committed.</summary>
    public ServicePortName? Owner(uint id)
    {
        foreach (var (_, state) in _planned)
        {
            if (state?.Id == id)
                return state.Port.Name;
        }

        return _byId.GetValueOrDefault(id)?.Port.Name;
    }

    private void Plan(ProxiedPort? old, ProxiedPort? wanted, ServiceTable before, ServiceTable after)
    {
        var state = old is null ? null : _states[old];
        if (state is not null)
        {
            foreach (var value in state.Values)
                _classes.Give(value >> ServiceSets.ClassShift);
            Count(state, before, -1);
        }

        var next = wanted is null ? null : Make(wanted, state, after);
        if (next is not null)
            Count(next, after, 1);
        else if (wanted is not null)
            _leftOut.Add(wanted);
        _planned.Add((state, next));
    }

    private PortState? Make(ProxiedPort port, PortState? before, ServiceTable table)
    {
        if ((before?.Id ?? (Seed?.IdOf(port) is { } known && _ids.TryTake(known) ? known : _ids.TryTake())) is not { } id)
            return null;
        if (Values(port, id, table) is not { } values)
        {
            if (before is null)
                _ids.Return(id);
            return null;
        }

        var local = PortState.UsesLocal(port) ? port.LocalBackends : [];
        var places = port.AffinitySeconds > 0;
        return new PortState(
            port,
            id,
            values,
            Placement.Assign(before?.All ?? Seed?.PlacementOf(id, port.ClusterBackends, places) ?? Placement.None, port.ClusterBackends, places),
            Placement.Assign(before?.Local ?? Seed?.PlacementOf(id | 1, local, places) ?? Placement.None, local, places));
    }

    private uint[]? Values(ProxiedPort port, uint id, ServiceTable table)
    {
        var values = new uint[port.Frontends.Count];
        for (var i = 0; i < values.Length; i++)
        {
            if (_classes.Take(EntryClass.Of(port, port.Frontends[i], table.MasqueradeAll), Seed?.Classes) is { } number)
            {
                values[i] = (number << ServiceSets.ClassShift) | id;
                continue;
            }

            foreach (var taken in values[..i])
                _classes.Give(taken >> ServiceSets.ClassShift);
            return null;
        }

        return values;
    }

    private void Count(PortState state, ServiceTable table, int change)
    {
        foreach (var address in HairpinsOf(state))
            _hairpins.Plan(address, change);
        foreach (var frontend in state.Port.Frontends)
        {
            if (frontend is { Kind: FrontendKind.ClusterIp, Address: { } address } && !table.ServiceRanges.Any(range => range.Contains(address)))
                _clusterIps.Plan(address, change);
        }
    }

    private static IEnumerable<IpAddress> HairpinsOf(PortState state)
    {
        foreach (var backend in state.All.Endpoints)
        {
            if (backend.IsLocal)
                yield return backend.Address;
        }

        foreach (var backend in state.Local.Endpoints)
        {
            if (backend.IsLocal)
                yield return backend.Address;
        }
    }

    private NftTable? PlanFrame(ServiceTable before, ServiceTable after)
    {
        var hasPorts = _states.Count > _planned.Count(change => change.Before is not null) || _planned.Exists(change => change.After is not null);
        if (!hasPorts && !after.ServiceRanges.Any(range => range.IsV6 == sets.IsV6))
            return null;
        var isSame = _frame is not null && !_classes.Changed && before.PodRanges == after.PodRanges
            && before.ServiceRanges == after.ServiceRanges && before.NodePortAddresses == after.NodePortAddresses;
        return isSame ? _frame : ServiceFrame.Build(sets, after, _classes.Active);
    }

    private NftTable Whole(NftTable frame, IEnumerable<PortState> states)
    {
        var all = new ElementChanges(sets);
        var hairpins = new HashSet<IpAddress>();
        foreach (var state in states)
        {
            all.Replace(before: null, state);
            hairpins.UnionWith(HairpinsOf(state));
        }

        foreach (var address in hairpins)
            all.Hairpin(address, come: true);
        foreach (var address in ClusterIps())
            all.ClusterIp(address, come: true);
        var elements = all.Added();
        return frame with { Sets = frame.Sets.Select(set => elements.TryGetValue(set.Name, out var found) ? set with { Elements = found } : set).ToEquatableArray() };
    }

    private HashSet<IpAddress> ClusterIps()
    {
        var addresses = new HashSet<IpAddress>(_clusterIps.Addresses);
        foreach (var (address, come) in _clusterIps.Changes())
        {
            if (come)
                addresses.Add(address);
            else
                addresses.Remove(address);
        }

        return addresses;
    }
}
