using System.Collections.Immutable;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Clusters;

/// <summary>Settings as the ConfigMap has them, completed by what the cluster itself tells: its ServiceCIDR objects where <c>service-cidrs</c> is not set.</summary>
public static class ClusterSettingsCompiler
{
    /// <summary>Reads the settings of a cluster, with or without a ConfigMap.</summary>
    public static (ClusterSettings Settings, EquatableArray<Problem> Problems) Compile(ConfigMap? configuration, EquatableArray<ServiceCidr> serviceCidrs)
    {
        var (settings, problems) = ClusterSettingsParser.Parse(configuration?.Data);
        if (settings.ServiceRanges.Count > 0 || serviceCidrs.Count == 0)
            return (settings, problems);
        var all = ImmutableArray.CreateBuilder<Problem>();
        all.AddRange(problems.AsSpan());
        return (settings with { ServiceRanges = Ranges(serviceCidrs, all) }, all.DrainToImmutable());
    }

    /// <summary>All blocks of all objects: one that is being deleted still holds the addresses of Services that have some from it.</summary>
    private static EquatableArray<IpPrefix> Ranges(EquatableArray<ServiceCidr> serviceCidrs, ImmutableArray<Problem>.Builder problems)
    {
        var ranges = new SortedSet<IpPrefix>();
        foreach (var cidr in serviceCidrs)
        {
            foreach (var text in cidr.Spec.Cidrs)
            {
                if (IpPrefix.TryParse(text, out var range))
                    ranges.Add(range);
                else
                    problems.Add(new Problem($"ServiceCIDR {cidr.Metadata.Name}", "InvalidCIDR", $"'{text}' is not a CIDR block; addresses from it are served, those that no Service has are not refused"));
            }
        }

        return ranges.ToEquatableArray();
    }
}
