using Weft.Cni.Protocol;
using Weft.Model;

namespace Weft.Cni.Attach;

/// <summary>Switches the host to forwarding for the families that a pod has addresses of.</summary>
internal static class Forwarding
{
    /// <summary>Switches it on where it is off.</summary>
    /// <exception cref="CniException">It is off and may not be changed.</exception>
    public static void Enable(IKernelSettings settings, EquatableArray<CniAddress> addresses)
    {
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            var name = isV6 ? "ipv6/conf/all/forwarding" : "ipv4/ip_forward";
            if (!Any(addresses, isV6) || settings.Read(name) == "1" || settings.TryWrite(name, "1"))
                continue;
            throw CniException.Internal($"failed to enable forwarding: net/{name} is off and may not be changed; set it to 1 on this host");
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
