// ip netns add mypod; ip netns exec mypod ip addr; ip netns delete mypod — as library calls.
using Weft.Netlink;
using Weft.Netlink.Namespaces;

const string Name = "mypod";

try
{
    using var pod = NetworkNamespace.CreateNamed(Name);
    try
    {
        using var network = KernelNetworkStack.Open(pod);
        foreach (var link in network.Links())
        {
            Console.WriteLine($"{link.Index}: {link.Name}  mtu {link.Mtu}  {(link.Up ? "up" : "down")}  {link.Address}");
            foreach (var address in network.Addresses(link.Name))
                Console.WriteLine($"    {address.Address}/{address.PrefixLength}");
        }
    }
    finally
    {
        NetworkNamespace.Delete(Name);
    }

    return 0;
}
catch (NetlinkException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
