using System.Globalization;
using System.Text;
using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>A short name for a pod template: the same content gives the same hash, as <c>pod-template-hash</c> carries it.</summary>
internal static class TemplateHash
{
    public const string Label = "pod-template-hash";

    /// <summary>The letters that Kubernetes generates names from: no vowels, so no words.</summary>
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>The hash of a template.</summary>
    /// <param name="template">The template, without its own hash label.</param>
    /// <param name="collisions">How often a hash of this Deployment met another template; each gives another hash.</param>
    public static string Of(PodTemplate template, int collisions)
    {
        // FNV-1a, 32 bits: https://datatracker.ietf.org/doc/draft-eastlake-fnv/
        var hash = 2166136261;
        foreach (var value in Encoding.UTF8.GetBytes(template.WithLabel(Label, null).Content + collisions.ToString(CultureInfo.InvariantCulture)))
            hash = (hash ^ value) * 16777619;
        return string.Concat(hash.ToString(CultureInfo.InvariantCulture).Select(digit => Letters[digit - '0']));
    }
}
