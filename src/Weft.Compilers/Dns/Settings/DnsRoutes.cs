using Weft.Model.Dns;
using Weft.Model;

namespace Weft.Compilers.Dns.Settings;

/// <summary>Routes of settings, one at a time.</summary>
internal static class DnsRoutes
{
    /// <summary>The route of whatever has no other; one that asks nobody when there is none yet.</summary>
    public static DnsRoute Root(this DnsSettings settings) => settings.Routes.FirstOrDefault(route => route.Zone.IsRoot) ?? new DnsRoute(DnsName.Root);

    /// <summary>Settings with a route in place of the former one of its zone; the longest zone comes first.</summary>
    public static DnsSettings With(this DnsSettings settings, DnsRoute route) => settings with { Routes = Sorted([.. settings.Routes.Where(other => other.Zone != route.Zone), route]) };

    /// <summary>Routes in the order in which they are looked through.</summary>
    public static EquatableArray<DnsRoute> Sorted(IEnumerable<DnsRoute> routes) =>
        routes.OrderByDescending(route => route.Zone.LabelCount).ThenBy(route => route.Zone).ToEquatableArray();
}
