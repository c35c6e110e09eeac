using Weft.Model;

namespace Weft.Lab;

/// <summary>Where a lab's addresses come from unless it was told otherwise. Nothing of them is seen on the host.</summary>
/// <remarks>
/// IPv4 as kubeadm's documentation and most network plugins have it. IPv6: unique local addresses (RFC 4193) that repeat the IPv4 numbers.
/// A node's pod range is a /24 or a /64, as kube-controller-manager cuts them.
/// </remarks>
public static class LabRanges
{
    /// <summary>Prefix length of a node's IPv4 pod range.</summary>
    public const int NodeLengthV4 = 24;

    /// <summary>Prefix length of a node's IPv6 pod range.</summary>
    public const int NodeLengthV6 = 64;

    /// <summary>Pods.</summary>
    public static string Pods(string family) => Choose(family, "10.244.0.0/16", "fd00:10:244::/56");

    /// <summary>Services; a /112 is as large as 10.96.0.0/16.</summary>
    public static string Services(string family) => Choose(family, "10.96.0.0/16", "fd00:10:96::/112");

    /// <summary>Nodes.</summary>
    public static string Underlay(string family) => Choose(family, "172.30.0.0/24", "fd00:172:30::/64");

    /// <summary>
    /// The part of an underlay that Services of type LoadBalancer get their addresses from: the last quarter of an IPv4 range, and in an IPv6 range the
    /// second block of 65,536 addresses. Nodes are counted from the start.
    /// </summary>
    public static IpPrefix LoadBalancers(IpPrefix underlay) =>
        underlay.IsV6 ? underlay.Subnet(Math.Max(underlay.Length + 2, 112), 1) : underlay.Subnet(Math.Min(underlay.Length + 2, 32), underlay.Length > 30 ? (UInt128)0 : 3);

    /// <summary>The ranges of LoadBalancer addresses of a lab that was not told otherwise, as text.</summary>
    public static string LoadBalancers(string underlay) => string.Join(',', Parse(underlay).Select(LoadBalancers));

    /// <summary>The same ranges, those of the main family first: the family that <paramref name="model"/> begins with.</summary>
    public static string InOrderOf(string model, string ranges) =>
        string.Join(',', ranges.Split(',').OrderBy(range => range.Contains(':') == model.Split(',')[0].Contains(':') ? 0 : 1));

    /// <summary>Reads a list of ranges parted by commas.</summary>
    /// <exception cref="FormatException">One is no CIDR block.</exception>
    public static EquatableArray<IpPrefix> Parse(string ranges) => [.. ranges.Split(',').Select(range => IpPrefix.Parse(range.Trim()))];

    private static string Choose(string family, string v4, string v6) => family switch
    {
        "ipv6" => v6,
        "dual" => $"{v4},{v6}",
        _ => v4,
    };
}
