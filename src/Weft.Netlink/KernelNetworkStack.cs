using Weft.Netlink.Libc;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Protocol;
using Weft.Netlink.Rtnetlink;

namespace Weft.Netlink;

/// <summary>The network of one namespace, by rtnetlink.</summary>
/// <remarks>
/// It stays in the namespace that it was opened in, may be used from any thread, and needs CAP_NET_ADMIN there for changes.
/// Sources: linux/rtnetlink.h, rtnetlink(7).
/// </remarks>
public sealed partial class KernelNetworkStack : INetworkStack
{
    // Enough for any request but those with very long lists; a writer that needs more rents it.
    private const int RequestSize = 512;

    private readonly NetlinkSocket _socket;
    private SafeFd? _namespace;

    internal KernelNetworkStack(NetlinkSocket socket) => _socket = socket;

    private NetlinkTransport Transport => _socket.Transport;

    /// <summary>The network of the calling thread's namespace.</summary>
    /// <exception cref="NetlinkException">No descriptor is left, or the kernel is older than 4.20.</exception>
    public static KernelNetworkStack Open() => new(new NetlinkSocket(NetlinkProtocol.Route));

    /// <summary>The network of a namespace, entered for a moment to open the socket there. The namespace may be disposed afterwards.</summary>
    /// <exception cref="NetlinkException">EPERM: entering needs CAP_SYS_ADMIN in the user namespace that owns it.</exception>
    public static KernelNetworkStack Open(NetworkNamespace where) => where.Run(static () => Open());

    /// <inheritdoc/>
    public void Dispose()
    {
        _namespace?.Dispose();
        _socket.Dispose();
    }

    private static KernelNetworkStack Kernel(INetworkStack stack) =>
        stack as KernelNetworkStack ?? throw new ArgumentException("a link of the kernel can only go to another namespace of the kernel", nameof(stack));

    private int NamespaceDescriptor() => (_namespace ??= Transport.OpenNamespace()).Value;

    private DeviceNames Names() => new(Transport);

    private int? IndexOrNull(string? device, Operation operation) =>
        device is null ? null : DeviceNames.Require(Transport, device, operation);

}
