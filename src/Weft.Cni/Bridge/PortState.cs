using Weft.Cni.Protocol;
using Weft.Model.Links;
using Weft.Netlink;

namespace Weft.Cni.Bridge;

/// <summary>Waits for a port to carry frames: the kernel reports it a moment after both ends are up.</summary>
internal static class PortState
{
    /// <summary>The waits between looks, in milliseconds: short at first, 2.5 s in all, as the reference plugin allows.</summary>
    private static readonly int[] Waits = [0, 1, 2, 5, 10, 30, 50, 100, 300, 500, 1500];

    /// <summary>Returns once the port is up.</summary>
    /// <exception cref="CniException">It did not come up.</exception>
    public static void WaitUntilUp(INetworkStack host, string name)
    {
        Link? port = null;
        foreach (var wait in Waits)
        {
            if (wait > 0)
                Thread.Sleep(wait);
            port = host.FindLink(name);
            if (port?.State == LinkState.Up)
                return;
        }

        throw CniException.Internal($"bridge port in error state: {(port is null ? "gone" : port.State)}");
    }
}
