using System.Globalization;
using Weft.Kubernetes.Client;
using Weft.Model.Policies;

namespace Weft.Cli.Policies;

/// <summary>Where policies were read from.</summary>
internal static class PolicyPlaces
{
    /// <summary>The file and line of a policy; null for one that no manifest has.</summary>
    public static Func<PolicyRuleName, string?> Of(IEnumerable<Manifest> manifests)
    {
        var places = manifests.Where(manifest => manifest.Kind is "NetworkPolicy" or "ClusterNetworkPolicy").ToDictionary(
            manifest => (manifest.Kind, manifest.Kind == "NetworkPolicy" ? manifest.Namespace ?? "default" : "", manifest.Name),
            manifest => string.Create(CultureInfo.InvariantCulture, $"{manifest.Source}:{manifest.Line}"));
        return rule => places.GetValueOrDefault((rule.Kind, rule.Namespace, rule.Policy));
    }
}
