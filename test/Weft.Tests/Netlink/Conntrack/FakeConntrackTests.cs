using Weft.Netlink.Conntrack;

namespace Weft.Tests.Netlink.Conntrack;

/// <summary>The contract on the fake.</summary>
public sealed class FakeConntrackTests : ConntrackContract
{
    protected override IConntrack Create() => new FakeConntrack();
}
