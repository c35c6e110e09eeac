using Weft.Netlink.Ipvs;

namespace Weft.Tests.Netlink.Ipvs;

/// <summary>The fake keeps the contract.</summary>
public sealed class FakeIpvsTests : IpvsContract
{
    protected override IIpvs Ipvs { get; } = new FakeIpvs();
}
