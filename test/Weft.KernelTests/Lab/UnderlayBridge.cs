using Weft.Model;
using Weft.Model.Links;
using Weft.Netlink;

namespace Weft.KernelTests.Lab;

/// <summary>The underlay of a lab in the test's own network namespace.</summary>
internal sealed class UnderlayBridge : IDisposable
{
    private const string Name = "underlay";
    private readonly KernelNetworkStack _stack = KernelNetworkStack.Open();

    public UnderlayBridge()
    {
        _stack.DeleteLink(Name);
        _stack.ChangeLink("lo", new LinkChange { Up = true });
        _stack.CreateLink(new LinkSpec(Name, new BridgeKind()));
        _stack.AddAddress(new InterfaceAddress(Name, IpAddress.Parse("172.30.0.1"), 24));
    }

    public void Dispose()
    {
        _stack.DeleteLink(Name);
        _stack.Dispose();
    }
}
