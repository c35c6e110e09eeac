using System.Net;
using Weft.ApiServer.Writes;

namespace Weft.ApiServer.Hosting;

/// <summary>The names under which clients reach the server.</summary>
internal static class CertificateNames
{
    public static IEnumerable<string> Of(ApiServerOptions options, ServiceAddresses addresses) =>
    [
        "localhost", "127.0.0.1", "::1",
        "kubernetes", "kubernetes.default", "kubernetes.default.svc", $"kubernetes.default.svc.{options.ClusterDomain}",
        .. addresses.KubernetesAddresses.Select(a => a.ToString()),
        .. options.Listen.Where(e => !IPAddress.Any.Equals(e.Address) && !IPAddress.IPv6Any.Equals(e.Address)).Select(e => e.Address.ToString()),
        .. options.AdvertiseEndpoint is { } advertised ? [advertised.Address.ToString()] : Array.Empty<string>(),
        .. options.CertificateNames,
    ];
}
