using System.Buffers.Binary;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Nftables;

/// <summary>The numbers and places that are in the kernel already: whoever takes them over changes nothing.</summary>
internal sealed class FamilySeed
{
    private readonly Dictionary<NftData, uint> _frontends = [];
    private readonly Dictionary<uint, Dictionary<uint, Backend>> _backends = [];
    private readonly Dictionary<uint, Dictionary<uint, uint>> _places = [];
    private readonly Dictionary<string, uint> _classes = new(StringComparer.Ordinal);

    public FamilySeed(NftTable table, ServiceSets sets)
    {
        foreach (var name in (ReadOnlySpan<string>)[ServiceSets.Frontends, ServiceSets.NodePorts])
        {
            foreach (var element in Elements(table, sets, name))
                _frontends[element.Key] = BitConverter.ToUInt32(element.Data!.Value.Bytes);
        }

        foreach (var element in Elements(table, sets, ServiceSets.Backends))
            Put(_backends, element, EndpointOf(element, sets));
        foreach (var element in Elements(table, sets, ServiceSets.Places))
            Put(_places, element, BitConverter.ToUInt32(element.Data!.Value.Bytes));
        foreach (var element in Elements(table, sets, ServiceSets.Classes))
        {
            if (element.Verdict?.Chain is { } chain)
                _classes[chain] = BitConverter.ToUInt32(element.Key.Bytes) >> ServiceSets.ClassShift;
        }
    }

    /// <summary>Numbers of classes by the names of their chains.</summary>
    public IReadOnlyDictionary<string, uint> Classes => _classes;

    /// <summary>The id by which a frontend of the port is known; null for none.</summary>
    public uint? IdOf(ProxiedPort port)
    {
        foreach (var frontend in port.Frontends)
        {
            if (_frontends.TryGetValue(ElementWriter.FrontendKey(frontend.Address, port.Name.Protocol, frontend.Port), out var value))
                return value & ServiceSets.IdMask;
        }

        return null;
    }

    /// <summary>Endpoints as far as slots are dense; which of them are on this node is looked up in <paramref name="wanted"/>.</summary>
    public Placement PlacementOf(uint id, EquatableArray<Backend> wanted, bool withPlaces)
    {
        if (!_backends.TryGetValue(id, out var endpoints))
            return Placement.None;
        var slots = withPlaces ? _places.GetValueOrDefault(id) ?? [] : null;
        var known = wanted.ToDictionary(backend => (backend.Address, backend.Port));
        var (found, places) = (new List<Backend>(endpoints.Count), new List<uint>());
        while (KeyOf(slots, (uint)found.Count) is { } key && endpoints.TryGetValue(key, out var backend))
        {
            found.Add(known.GetValueOrDefault((backend.Address, backend.Port), backend));
            if (withPlaces)
                places.Add(key);
        }

        return new Placement([.. found], [.. places]);
    }

    private static uint? KeyOf(Dictionary<uint, uint>? places, uint slot) =>
        places is null ? slot : places.TryGetValue(slot, out var place) ? place : null;

    private static void Put<T>(Dictionary<uint, Dictionary<uint, T>> byId, NftElement element, T value)
    {
        var id = BitConverter.ToUInt32(element.Key.Bytes);
        if (!byId.TryGetValue(id, out var found))
            byId[id] = found = [];
        found[BitConverter.ToUInt32(element.Key.Bytes[sizeof(uint)..])] = value;
    }

    private static Backend EndpointOf(NftElement element, ServiceSets sets)
    {
        var data = element.Data!.Value.Bytes;
        var length = sets.IsV6 ? 16 : 4;
        return new Backend(IpAddress.Read(data[..length]), BinaryPrimitives.ReadUInt16BigEndian(data[length..]), IsLocal: false);
    }

    /// <summary>The elements of a set that has the shape we would give it.</summary>
    private static EquatableArray<NftElement> Elements(NftTable table, ServiceSets sets, string name) =>
        table.FindSet(name) is { } set && set.HasSameDefinition(sets[name]) ? set.Elements : [];
}
