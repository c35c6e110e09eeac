using System.Runtime.InteropServices;
using Weft.Model;
using Weft.Model.Ipvs;
using Weft.Model.Nftables;
using Weft.Model.Routes;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Ipvs;

/// <summary>What the kernel shall hold for the Services of a node, kept up with them: a change costs what changed.</summary>
/// <remarks>Ports are told apart by reference, as the compiler of Services keeps those that did not change. Not for several threads.</remarks>
public sealed class IpvsProgram
{
    private readonly IpvsFrame _frame;
    private readonly Dictionary<ProxiedPort, IpvsEntry[]> _ports = new(ReferenceEqualityComparer.Instance);

    // The first of those who claim an address has it.
    private readonly Dictionary<VirtualAddress, List<IpvsEntry>> _claims = [];

    // Several entries may need one element: it comes with the first and goes with the last.
    private readonly Dictionary<(string Set, bool V6, NftElement Element), int> _elements = [];

    private IpvsProgram(IpvsFrame frame) => _frame = frame;

    /// <summary>A program for a table.</summary>
    public static IpvsProgram For(ServiceTable table, IpvsNode node)
    {
        var program = new IpvsProgram(new IpvsFrame(table, node));
        program.Update(table);
        return program;
    }

    /// <summary>Whether <see cref="Update"/> leads to a table; else it takes a new program, as when ranges or the node's addresses changed.</summary>
    public bool Fits(ServiceTable table, IpvsNode node) => _frame.Equals(new IpvsFrame(table, node));

    /// <summary>Whose a virtual address is.</summary>
    public ServicePortName? OwnerOf(VirtualAddress address) => _claims.TryGetValue(address, out var claims) ? claims[0].Owner : null;

    /// <summary>The virtual server of an address; null for none.</summary>
    public VirtualServer? Find(VirtualAddress address) => _claims.TryGetValue(address, out var claims) ? claims[0].Server : null;

    /// <summary>Goes over to a table that <see cref="Fits"/>.</summary>
    public IpvsChange Update(ServiceTable table)
    {
        var touched = new Dictionary<VirtualAddress, IpvsEntry?>();
        Claim(table, touched);
        var (gone, servers, changed) = (new List<VirtualAddress>(), new List<VirtualServer>(), new Dictionary<(string, bool, NftElement), int>());
        foreach (var (address, before) in touched)
        {
            var after = _claims.TryGetValue(address, out var claims) ? claims[0] : null;
            if (before == after)
                continue;
            Count(before, -1, changed);
            Count(after, 1, changed);
            if (after?.Server is { } server && server != before?.Server)
                servers.Add(server);
            else if (after?.Server is null && before?.Server is not null)
                gone.Add(address);
        }

        var (come, stale) = Settle(changed);
        return new IpvsChange(Routes(stale), gone, Batch(stale, come), servers, Routes(come));
    }

    /// <summary>All of it.</summary>
    public IpvsPlan Plan()
    {
        var servers = _claims.Values.Select(claims => claims[0].Server).OfType<VirtualServer>().OrderBy(server => server.Address).ToEquatableArray();
        var routes = _frame.ServiceRanges.Select(range => IpvsPlan.Route(range, _frame.Node.Source(range.IsV6)))
            .Concat(Routes(_elements.Keys)).OrderBy(route => route.Destination).ToEquatableArray();
        return new IpvsPlan(servers, routes, new NftRuleset { Tables = _frame.Families.Select(Table).ToEquatableArray() });
    }

    private void Claim(ServiceTable table, Dictionary<VirtualAddress, IpvsEntry?> touched)
    {
        var come = table.Ports.Where(port => !_ports.ContainsKey(port)).ToList();
        if (come.Count == 0 && table.Ports.Count == _ports.Count)
            return;
        var wanted = new HashSet<ProxiedPort>(table.Ports, ReferenceEqualityComparer.Instance);
        foreach (var stale in _ports.Keys.Where(port => !wanted.Contains(port)).ToList())
        {
            _ports.Remove(stale, out var entries);
            foreach (var entry in entries!)
                Release(entry, touched);
        }

        foreach (var port in come)
        {
            foreach (var entry in _ports[port] = IpvsEntry.Of(port, _frame))
                Claim(entry, touched);
        }
    }

    private void Claim(IpvsEntry entry, Dictionary<VirtualAddress, IpvsEntry?> touched)
    {
        ref var claims = ref CollectionsMarshal.GetValueRefOrAddDefault(_claims, entry.Address, out _);
        touched.TryAdd(entry.Address, claims?[0]);
        claims ??= new List<IpvsEntry>(1);
        var place = claims.FindIndex(other => other.CompareTo(entry) > 0);
        claims.Insert(place < 0 ? claims.Count : place, entry);
    }

    private void Release(IpvsEntry entry, Dictionary<VirtualAddress, IpvsEntry?> touched)
    {
        var claims = _claims[entry.Address];
        touched.TryAdd(entry.Address, claims[0]);
        claims.RemoveAll(other => ReferenceEquals(other, entry));
        if (claims.Count == 0)
            _claims.Remove(entry.Address);
    }

    private static void Count(IpvsEntry? entry, int step, Dictionary<(string, bool, NftElement), int> changed)
    {
        foreach (var (set, element) in entry?.Elements ?? [])
            CollectionsMarshal.GetValueRefOrAddDefault(changed, (set, entry!.Address.Address.IsV6, element), out _) += step;
    }

    private (List<(string Set, bool V6, NftElement Element)> Come, List<(string Set, bool V6, NftElement Element)> Gone) Settle(Dictionary<(string, bool, NftElement), int> changed)
    {
        var (come, gone) = (new List<(string, bool, NftElement)>(), new List<(string, bool, NftElement)>());
        foreach (var (key, step) in changed)
        {
            if (step == 0)
                continue;
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_elements, key, out var known);
            count += step;
            if (!known)
                come.Add(key);
            if (count > 0)
                continue;
            gone.Add(key);
            _elements.Remove(key);
        }

        return (come, gone);
    }

    private static NftBatch Batch(List<(string Set, bool V6, NftElement Element)> gone, List<(string Set, bool V6, NftElement Element)> come) => new(
    [
        .. BySet(gone).Select(NftOperation (part) => new NftDeleteElements(part.Table, part.Set, part.Elements)),
        .. BySet(come).Select(NftOperation (part) => new NftAddElements(part.Table, part.Set, part.Elements)),
    ]);

    private static IEnumerable<(NftTableId Table, NftSet Set, EquatableArray<NftElement> Elements)> BySet(List<(string Set, bool V6, NftElement Element)> elements) => elements
        .GroupBy(element => (element.Set, element.V6), element => element.Element)
        .Select(group => (IpvsSets.Of(group.Key.V6).Table, IpvsSets.Of(group.Key.V6).All[group.Key.Set], group.ToEquatableArray()));

    private List<Route> Routes(IEnumerable<(string Set, bool V6, NftElement Element)> elements) => elements
        .Where(element => element.Set == IpvsSets.Virtual)
        .Select(element => IpvsPlan.Route(IpPrefix.Host(IpAddress.Read(element.Element.Key.Bytes)), _frame.Node.Source(element.V6))).ToList();

    private NftTable Table(bool v6)
    {
        var sets = IpvsSets.Of(v6);
        var elements = _elements.Keys.Where(key => key.V6 == v6).ToLookup(key => key.Set, key => key.Element);
        return NftGuards.Complete(new NftTable(sets.Table.Family, sets.Table.Name)
        {
            Comment = "what IPVS does not know about Services",
            Sets = sets.All.Values.Select(set => set with { Elements = set.Name switch
            {
                IpvsSets.Pods => IpvsSets.Ranges(_frame.PodRanges, v6).ToEquatableArray(),
                IpvsSets.Virtual => elements[set.Name].Concat(IpvsSets.Ranges(_frame.ServiceRanges, v6)).ToEquatableArray(),
                _ => elements[set.Name].ToEquatableArray(),
            } }).ToEquatableArray(),
            Chains = IpvsRules.Chains(sets, _frame.PodRanges.Any(range => range.IsV6 == v6)),
        });
    }
}
