using Weft.Model;

namespace Weft.Compilers.Services;

/// <summary>Addresses that no Service and no endpoint may have (the API server's validation refuses them too).</summary>
internal static class Reserved
{
    /// <summary>What kind of reserved address it is; null for an ordinary one.</summary>
    public static string? NameOf(IpAddress address) => address switch
    {
        { IsUnspecified: true } => "unspecified",
        { IsLoopback: true } => "a loopback address",
        { IsLinkLocal: true } => "link-local",
        { IsMulticast: true } => "multicast",
        _ => null,
    };
}
