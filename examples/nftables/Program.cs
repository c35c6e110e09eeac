// nft -f rules; nft list ruleset — as library calls, in a network namespace that ends with this program.
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;

var desired = new NftRuleset
{
    Tables =
    [
        new NftTable(NftFamily.Inet, "guard")
        {
            Sets = [new NftSet("blocked", NftType.Ipv4Address) { Flags = NftSetFlags.Interval, Elements = [NftElement.Of(IpPrefix.Parse("192.0.2.0/24"))] }],
            Chains = [Nft.FilterChain("input", NftHook.Input, NftPriority.Filter, Nft.Rule(Nft.IpSaddr.In("blocked"), Nft.Counter, Nft.Drop))],
        },
    ],
};

try
{
    using var here = NetworkNamespace.Create();
    using var filter = here.Run(static () => new KernelNftables());

    Console.WriteLine(filter.Converge(desired));                                 // reads back, sends the difference
    Console.WriteLine($"again: {filter.Converge(desired).Operations.Count} operations");
    Console.Write(NftPrinter.Print(filter.ReadBack().Ruleset));                  // what the kernel has, in nft's syntax

    var packet = new NftPacket { Source = IpAddress.Parse("192.0.2.7"), Destination = IpAddress.Parse("10.0.0.1") };
    var trace = new NftInterpreter(desired, NftHost.Bare).Run(NftHook.Input, packet); // the same rules, without a kernel
    Console.WriteLine($"from 192.0.2.7: {(trace.Accepted ? "accepted" : "dropped")}");
    return 0;
}
catch (Exception exception) when (exception is NetlinkException or NftException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
