namespace Weft.Kubernetes.Client;

/// <summary>Order of resource versions: numbers that grow with every write (KEP-5504, guaranteed since Kubernetes 1.35). Others have no order.</summary>
internal static class ResourceVersions
{
    /// <summary>Whether <paramref name="version"/> is later than <paramref name="other"/>; false where the two cannot be compared.</summary>
    public static bool IsNewer(string? version, string? other) =>
        ulong.TryParse(version, out var left) && ulong.TryParse(other, out var right) && left > right;
}
