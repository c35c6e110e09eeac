using Weft.Cni.Protocol;
using Weft.Model.Links;
using Weft.Netlink;

namespace Weft.Cni.Attach;

/// <summary>Waits until a link carries packets.</summary>
/// <remarks>
/// The kernel notices a moment after both ends of a cable are on (net/core/link_watch.c). Until then it drops what the end sends that was
/// switched on first, and gives neither end a link-local address, without which it asks for no IPv6 neighbour. Either would cost a pod's
/// first packet a second: that is how long the kernel waits before it asks again.
/// </remarks>
internal static class LinkReady
{
    /// <summary>The waits between looks, in milliseconds: short at first, 2.5 s in all, as the reference plugin allows.</summary>
    private static readonly int[] Waits = [0, 1, 2, 5, 10, 30, 50, 100, 300, 500, 1500];

    /// <summary>Returns once the link carries packets.</summary>
    /// <exception cref="CniException">It did not come up.</exception>
    public static void Wait(INetworkStack stack, string name, string description)
    {
        Link? link = null;
        foreach (var wait in Waits)
        {
            if (wait > 0)
                Thread.Sleep(wait);
            link = stack.FindLink(name);
            if (link?.State == LinkState.Up)
                return;
        }

        throw CniException.Internal($"{description} in error state: {(link is null ? "gone" : link.State)}");
    }
}
