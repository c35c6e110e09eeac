using Weft.Cni.Protocol;
using Weft.Model;
using Weft.Model.Nodes;
using Weft.Netlink.Namespaces;

namespace Weft.Cni.Attach;

/// <summary>Switches the host to forwarding for the families that a pod has addresses of.</summary>
internal static class Forwarding
{
    /// <summary>Switches it on where it is off.</summary>
    /// <exception cref="CniException">It is off and may not be changed.</exception>
    public static void Enable(ISysctls settings, EquatableArray<CniAddress> addresses)
    {
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            if (!Any(addresses, isV6))
                continue;
            var report = settings.Apply([new Sysctl(isV6 ? "net/ipv6/conf/all/forwarding" : "net/ipv4/ip_forward", "1")])[0];
            if (!report.Holds)
                throw CniException.Internal($"failed to enable forwarding: {report.Message}");
        }
    }

    private static bool Any(EquatableArray<CniAddress> addresses, bool isV6)
    {
        foreach (var address in addresses)
        {
            if (address.Address.IsV6 == isV6)
                return true;
        }

        return false;
    }
}
