using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>Distributes endpoints over slices so that as few slices as possible change: pure.</summary>
/// <remarks>
/// First every endpoint stays where it is. New ones go into slices that change anyway, then a hundred at a time into new slices, and the
/// rest into the fullest unchanged slice that has room for it, or into one more new slice.
/// </remarks>
internal static class SliceFilling
{
    public static IEnumerable<(EndpointSlice? Slice, EquatableArray<Endpoint> Endpoints)> Of(List<Endpoint> endpoints, List<EndpointSlice> slices, int maximum)
    {
        var waiting = new Dictionary<string, Endpoint>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints)
            waiting.TryAdd(Identity(endpoint), endpoint);
        var places = slices.ConvertAll(slice => new Place(slice, Stay(slice, waiting, maximum)));
        var rest = new Queue<Endpoint>(endpoints.Where(endpoint => waiting.Remove(Identity(endpoint))));
        foreach (var place in places.Where(place => place.Changes).OrderByDescending(place => place.Kept.Count))
            place.Take(rest, maximum);
        while (rest.Count >= maximum)
            places.Add(Place.New(rest, maximum));
        if (rest.Count > 0 || places.Count == 0)
        {
            var room = places.Where(place => place.Kept.Count + rest.Count <= maximum && place.Slice is not null).MaxBy(place => place.Kept.Count);
            if (room is not null)
                room.Take(rest, maximum);
            else
                places.Add(Place.New(rest, maximum));
        }

        return places.Select(place => (place.Slice, place.Kept.ToEquatableArray()));
    }

    private static List<Endpoint> Stay(EndpointSlice slice, Dictionary<string, Endpoint> waiting, int maximum)
    {
        var kept = new List<Endpoint>();
        foreach (var endpoint in (IEnumerable<Endpoint>)slice.Endpoints)
        {
            if (kept.Count < maximum && waiting.Remove(Identity(endpoint), out var wanted))
                kept.Add(wanted);
        }
        return kept;
    }

    private static string Identity(Endpoint endpoint) => $"{endpoint.TargetRef?.Uid}/{string.Join(',', endpoint.Addresses)}";

    private sealed record Place(EndpointSlice? Slice, List<Endpoint> Kept)
    {
        public bool Changes => Slice is not null && !Slice.Endpoints.SequenceEqual(Kept);

        public static Place New(Queue<Endpoint> rest, int maximum)
        {
            var place = new Place(null, []);
            place.Take(rest, maximum);
            return place;
        }

        public void Take(Queue<Endpoint> rest, int maximum)
        {
            while (Kept.Count < maximum && rest.TryDequeue(out var next))
                Kept.Add(next);
        }
    }
}
