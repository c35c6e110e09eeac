using System.Diagnostics;
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

    /// <summary>As long as the reference plugins wait for addresses to settle.</summary>
    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ProbeLook = TimeSpan.FromMilliseconds(1);

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

    /// <summary>Returns once no IPv6 address of a link is being probed for duplicates: until then it answers to none of them.</summary>
    /// <param name="stack">Where the link is.</param>
    /// <param name="name">The link.</param>
    /// <param name="linkLocal">Whether its link-local address counts too, which it needs to ask for neighbours on behalf of others.</param>
    /// <exception cref="CniException">Another machine has one of them, or the probing does not end.</exception>
    public static void WaitForAddresses(INetworkStack stack, string name, bool linkLocal)
    {
        for (var waited = Stopwatch.StartNew(); ;)
        {
            var probed = stack.Addresses(name).Where(each => each.Address.IsV6 && (linkLocal || !each.Address.IsLinkLocal)).ToList();
            if (probed.Find(each => each.State.HasFlag(AddressState.DadFailed)) is { } taken)
                throw CniException.Internal($"{taken}: another machine on the link has this address");
            if (probed.Find(each => each.State.HasFlag(AddressState.Tentative)) is not { } unsettled)
                return;
            if (waited.Elapsed > LongestProbe)
                throw CniException.Internal($"{unsettled} is still being probed for duplicates after {LongestProbe.TotalSeconds} s");
            Thread.Sleep(ProbeLook);
        }
    }
}
