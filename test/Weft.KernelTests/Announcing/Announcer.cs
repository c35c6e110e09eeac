using System.Threading.Channels;
using Weft.KernelTests.Node;
using Weft.Model;
using Weft.Node.Announcing;

namespace Weft.KernelTests.Announcing;

/// <summary>The part of a node's agent that announces.</summary>
internal sealed class Announcer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Channel<(IpAddress, MacAddress)> _claims = Channel.CreateUnbounded<(IpAddress, MacAddress)>();
    private readonly TestNode _node;

    public Announcer(TestNode node)
    {
        _node = node;
        Packets.Claimed = (address, mac) => _claims.Writer.TryWrite((address, mac));
        Set = new AnnouncedSet(Packets, TimeProvider.System);
    }

    public PacketAnnouncer Packets { get; } = new(new AnnounceMetrics());

    public AnnouncedSet Set { get; }

    public MacAddress Mac => _node.Stack.FindLink("eth0")!.Address!.Value;

    public AnnouncedAddress Address(IpAddress address) => LinkChoice.Choose([address], _node.Addresses, _node.Stack)[0];

    /// <summary>Answers for these; the sockets are those of the node.</summary>
    public void Serve(params IpAddress[] addresses) => _node.Namespace.Run(() =>
        Set.Update([.. addresses.Select(Address)], [.. addresses.Select(address => IpRange.Of(IpPrefix.Host(address)))], certain: true));

    /// <summary>Says what is due.</summary>
    public void Speak() => Set.Speak(certain: true);

    /// <summary>The first claim of another machine while something is said again and again: a link that has just come up loses frames.</summary>
    public async Task<(IpAddress Address, MacAddress Mac)> ClaimAfterAsync(Action say)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            say();
            if (_claims.Reader.TryRead(out var claim))
                return claim;
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Forgets the claims so far.</summary>
    public void Forget()
    {
        while (_claims.Reader.TryRead(out _))
        {
        }
    }

    public void Dispose() => Packets.Dispose();
}
