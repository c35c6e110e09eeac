using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Nftables;

/// <summary>Endpoints by slot, which chance throws; and, where clients stay with endpoints, by place, which an endpoint keeps.</summary>
/// <param name="Endpoints">Endpoints by slot, dense.</param>
/// <param name="Places">The place of each slot's endpoint; empty where nobody asks for places.</param>
internal readonly record struct Placement(EquatableArray<Backend> Endpoints, EquatableArray<uint> Places)
{
    /// <summary>No endpoints.</summary>
    public static readonly Placement None = new([], []);

    /// <summary>Whether endpoints are found by place.</summary>
    public bool HasPlaces => Places.Count > 0;

    /// <summary>The second part of the key by which a slot's endpoint is found.</summary>
    public uint KeyOf(int slot) => HasPlaces ? Places[slot] : (uint)slot;

    /// <summary>The placement after a change: whoever was there keeps slot and place, as far as slots stay dense.</summary>
    public static Placement Assign(Placement before, EquatableArray<Backend> wanted, bool withPlaces)
    {
        var endpoints = Slots.Assign(before.Endpoints, wanted);
        return withPlaces ? new Placement(endpoints, AssignPlaces(before, endpoints)) : new Placement(endpoints, []);
    }

    private static EquatableArray<uint> AssignPlaces(Placement before, EquatableArray<Backend> endpoints)
    {
        var known = new Dictionary<(IpAddress, ushort), uint>();
        for (var slot = 0; slot < before.Endpoints.Count; slot++)
            known[(before.Endpoints[slot].Address, before.Endpoints[slot].Port)] = before.KeyOf(slot);
        var places = endpoints.Select(endpoint => known.TryGetValue((endpoint.Address, endpoint.Port), out var place) ? place : (uint?)null).ToArray();
        var taken = places.OfType<uint>().ToHashSet();
        var next = 0u;
        for (var slot = 0; slot < places.Length; slot++)
        {
            while (places[slot] is null && !taken.Add(next))
                next++;
            places[slot] ??= next;
        }

        return places.Select(place => place!.Value).ToEquatableArray();
    }
}
