using Weft.Netlink.Namespaces;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Rtnetlink;

/// <summary>Listens to changes of the network of one namespace.</summary>
internal sealed class KernelWatcher : IDisposable
{
    // About ten thousand changes before the kernel drops one, where the limits of the machine allow.
    private const int ReceiveBuffer = 8 * 1024 * 1024;

    private readonly KernelTransport _transport;
    private readonly NotificationThread<NetworkChange> _thread;

    public KernelWatcher(NetworkNamespace where, NetworkTopics topics, int receiveBuffer = ReceiveBuffer)
    {
        _transport = where.Run(static () => new KernelTransport(NetlinkProtocol.Route));
        _transport.EnsureReceiveBuffer(receiveBuffer);
        Join(topics);
        var reader = new NotificationReader(new DeviceNames(_transport), topics);
        _thread = new NotificationThread<NetworkChange>(_transport, reader.Read, () =>
        {
            reader.ForgetNames();
            return new NetworkChange.Resync();
        });
    }

    public IAsyncEnumerable<NetworkChange> ReadAllAsync(CancellationToken cancellation) => _thread.ReadAllAsync(cancellation);

    public void Dispose() => _thread.Dispose();

    // Links are always listened to: their names are needed to tell of the rest.
    private void Join(NetworkTopics topics)
    {
        _transport.Join(RtGroup.Link);
        if ((topics & NetworkTopics.Addresses) != 0)
        {
            _transport.Join(RtGroup.Ipv4Address);
            _transport.Join(RtGroup.Ipv6Address);
        }

        if ((topics & NetworkTopics.Routes) != 0)
        {
            _transport.Join(RtGroup.Ipv4Route);
            _transport.Join(RtGroup.Ipv6Route);
        }

        if ((topics & NetworkTopics.Neighbours) != 0)
            _transport.Join(RtGroup.Neigh);
    }
}
