using Weft.Netlink;
using Weft.Netlink.Fakes;

namespace Weft.Tests.Netlink;

/// <summary>The contract on the fake.</summary>
public sealed class FakeNetworkStackTests : NetworkStackContract
{
    protected override INetworkStack Create() => new FakeNetworkStack();
}
