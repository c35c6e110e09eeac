using Weft.Netlink.Conntrack;
using Weft.Netlink.Namespaces;
using Weft.Tests.Netlink.Conntrack;

namespace Weft.KernelTests.Netlink;

/// <summary>The contract on the kernel.</summary>
[Trait("vm", "also")]
public sealed class KernelConntrackTests : ConntrackContract
{
    private NetworkNamespace? _where;

    protected override IConntrack Create() => KernelConntrack.Open(_where = NetworkNamespace.Create());

    protected override void Cleanup() => _where?.Dispose();
}
