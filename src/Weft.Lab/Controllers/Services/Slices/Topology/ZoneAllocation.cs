using System.Globalization;
using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>Which endpoint is for which zone, so that each zone gets its part of them (<c>service.kubernetes.io/topology-mode: Auto</c>): pure.</summary>
/// <remarks>
/// Source: KEP-2433. Every ready endpoint is for its own zone, unless that has more than its share and another less: then for that one.
/// When no allotment keeps the load of every endpoint within 20 % above the mean, there are no hints.
/// </remarks>
internal static class ZoneAllocation
{
    /// <summary>How much more than the mean an endpoint may have to bear.</summary>
    private const double Overload = 0.2;

    /// <summary>The zone of each endpoint that is ready, in their order; or why there is none.</summary>
    public static (IReadOnlyList<string> Zones, string? Problem) Of(IReadOnlyList<Endpoint> ready, ZoneShares shares)
    {
        if (shares.Zones.Count == 0)
            return ([], "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes");
        var detail = string.Create(CultureInfo.InvariantCulture, $"({ready.Count} endpoints, {shares.Zones.Count} zones)");
        if (ready.Count < shares.Zones.Count)
            return ([], $"Insufficient number of endpoints {detail}");
        if (shares.Zones.Sum(zone => Least(zone, ready.Count)) > ready.Count)
            return ([], $"Unable to allocate minimum required endpoints to each zone without exceeding overload threshold {detail}");
        return ready.Any(endpoint => string.IsNullOrEmpty(endpoint.Zone))
            ? ([], "One or more endpoints do not have a zone specified")
            : (Spread(ready, shares), null);
    }

    private static int Least(ZoneShare zone, int endpoints) => (int)Math.Ceiling(zone.Share * endpoints / (1 + Overload));

    private static List<string> Spread(IReadOnlyList<Endpoint> ready, ZoneShares shares)
    {
        var (giving, receiving) = Moves(ready, shares);
        var zones = new List<string>(ready.Count);
        foreach (var own in ready.Select(endpoint => endpoint.Zone!))
        {
            if (giving.GetValueOrDefault(own) == 0)
            {
                zones.Add(own);
                continue;
            }

            giving[own]--;
            var other = receiving.First(zone => zone.Value > 0).Key;
            receiving[other]--;
            zones.Add(other);
        }

        return zones;
    }

    /// <summary>How many endpoints each zone gives away and gets; both sums are the same.</summary>
    private static (Dictionary<string, int> Giving, SortedDictionary<string, int> Receiving) Moves(IReadOnlyList<Endpoint> ready, ZoneShares shares)
    {
        var there = ready.CountBy(endpoint => endpoint.Zone!).ToDictionary(StringComparer.Ordinal);
        var missing = shares.Zones.ToDictionary(
            zone => zone.Zone, zone => Math.Max(zone.Share * ready.Count, Least(zone, ready.Count)) - there.GetValueOrDefault(zone.Zone), StringComparer.Ordinal);
        var (giving, receiving) = (new Dictionary<string, int>(StringComparer.Ordinal), new SortedDictionary<string, int>(StringComparer.Ordinal));
        while (true)
        {
            var (most, least) = (missing.MinBy(zone => (zone.Value, zone.Key)), missing.MaxBy(zone => (zone.Value, zone.Key)));
            // Moving less than half an endpoint would make it worse.
            if (-most.Value < 0.5 || least.Value < 0.5 || (-most.Value < 1 && least.Value < 1))
                return (giving, receiving);
            giving[most.Key] = giving.GetValueOrDefault(most.Key) + 1;
            receiving[least.Key] = receiving.GetValueOrDefault(least.Key) + 1;
            missing[most.Key]++;
            missing[least.Key]--;
        }
    }
}
