using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>How the CPUs of the cluster are spread over its zones: pure.</summary>
/// <param name="Zones">Each zone with its part of all, in the order of their names; empty when that cannot be told.</param>
/// <remarks>Nodes of the control plane and those that are not ready do not count; one that lacks its zone or its CPUs spoils it all (KEP-2433).</remarks>
internal sealed record ZoneShares(EquatableArray<ZoneShare> Zones)
{
    private const string ZoneLabel = "topology.kubernetes.io/zone";
    private static readonly string[] Excluded = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

    public static ZoneShares Of(IEnumerable<Node> nodes)
    {
        var cpus = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var node in nodes.Where(node => node.Status.Conditions.IsTrue("Ready") && !Array.Exists(Excluded, node.Metadata.Labels.ContainsKey)))
        {
            var (zone, cpu) = (node.Metadata.Labels.Find(ZoneLabel), Quantity.ParseOrZero(node.Status.Allocatable.Find("cpu")).Value);
            if (string.IsNullOrEmpty(zone) || cpu == 0)
                return new ZoneShares([]);
            cpus[zone] = cpus.GetValueOrDefault(zone) + cpu;
        }

        return new ZoneShares(cpus.Count < 2 ? [] : cpus.Select(entry => new ZoneShare(entry.Key, (double)(entry.Value / cpus.Values.Sum()))).ToEquatableArray());
    }
}

/// <summary>A zone and its part of the whole, between 0 and 1.</summary>
internal sealed record ZoneShare(string Zone, double Share);
