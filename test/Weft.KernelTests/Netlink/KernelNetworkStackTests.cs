using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Tests.Netlink;

namespace Weft.KernelTests.Netlink;

/// <summary>The contract on the kernel.</summary>
public sealed class KernelNetworkStackTests : NetworkStackContract
{
    private readonly List<NetworkNamespace> _namespaces = [];

    protected override INetworkStack Create()
    {
        var where = NetworkNamespace.Create();
        _namespaces.Add(where);
        return KernelNetworkStack.Open(where);
    }

    protected override void Cleanup()
    {
        foreach (var where in _namespaces)
            where.Dispose();
    }
}
