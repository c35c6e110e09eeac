using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Weft.Model;
using Weft.Model.Links;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Fakes;

/// <summary>The network of one namespace in memory, for tests without privileges. One contract suite runs on it and on the kernel's.</summary>
/// <remarks>
/// It keeps what the kernel keeps and refuses what it refuses, with the same error numbers, as far as the contract suite goes: routes go
/// with their links and addresses, connected routes come with addresses of links that are up, gateways must be reachable. Packets it has none.
/// </remarks>
public sealed partial class FakeNetworkStack : INetworkStack
{
    private static int _macs;

    private readonly Lock _turn = new();
    private readonly List<FakeLink> _links = [];
    private readonly List<Channel<NetworkChange>> _watchers = [];
    private int _lastIndex;

    /// <summary>A namespace as the kernel makes it: a loopback that is down, and nothing else.</summary>
    public FakeNetworkStack()
    {
        Add(new FakeLink { Name = "lo", Kind = null, Mtu = 65536, Address = default });
        AddUsualRules();
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<NetworkChange> WatchAsync(NetworkTopics topics, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var channel = Channel.CreateUnbounded<NetworkChange>();
        lock (_turn)
            _watchers.Add(channel);
        channel.Writer.TryWrite(new NetworkChange.Resync());
        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                if (TopicOf(change) is var topic && (topic == NetworkTopics.None || (topics & topic) != 0))
                    yield return change;
            }
        }
        finally
        {
            lock (_turn)
                _watchers.Remove(channel);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_turn)
        {
            foreach (var watcher in _watchers)
                watcher.Writer.TryComplete();
        }
    }

    private static NetworkTopics TopicOf(NetworkChange change) => change switch
    {
        NetworkChange.OfLink => NetworkTopics.Links,
        NetworkChange.OfAddress => NetworkTopics.Addresses,
        NetworkChange.OfRoute => NetworkTopics.Routes,
        NetworkChange.OfNeighbour => NetworkTopics.Neighbours,
        _ => NetworkTopics.None,
    };

    private void Notify(NetworkChange change)
    {
        lock (_turn)
        {
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(change);
        }
    }

    private static NetlinkException Refuse(string operation, int errno, string? text = null) => new(operation, errno, text);

    private static MacAddress DrawMac() => new(0x02_00_00_00_00_00UL | (uint)Interlocked.Increment(ref _macs));

    private FakeLink Require(string name, string operation) =>
        Find(name) ?? throw Refuse($"{operation} {name}", Errno.ENODEV);

    private FakeLink? Find(string name) => _links.Find(link => string.Equals(link.Name, name, StringComparison.Ordinal));

    private FakeLink Add(FakeLink link)
    {
        link.Index = ++_lastIndex;
        link.Home = this;
        _links.Add(link);
        return link;
    }

    private sealed class FakeLink
    {
        public int Index;
        public required string Name;
        public required LinkKind? Kind;
        public required int Mtu;
        public required MacAddress Address;
        public bool Up;
        public bool Promiscuous;
        public string? Master;
        public BridgePort? Port;
        public FakeLink? Peer;
        public FakeNetworkStack? Home;

        public bool Carrier => Up && (Kind is not VethKind || Peer is { Up: true });
    }
}
