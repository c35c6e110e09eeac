using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.Kubernetes.Client;
using Weft.Model.Policies;
using Weft.Netlink;
using Weft.Netlink.Libc;
using Weft.Netlink.PacketLog;
using Weft.Node;
using Weft.Node.Policies.Verdicts;
using static Weft.Tests.Node.Policies.Verdicts.VerdictSamples;

namespace Weft.Tests.Node.Policies.Verdicts;

/// <summary>The listener goes on whatever happens, and says so while it hears nothing.</summary>
public sealed class VerdictListenerTests : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new(TimeSpan.FromSeconds(60));
    private readonly ScriptedLog _kernel = new();
    private readonly VerdictLog _log = new();
    private readonly VerdictTally _tally = new();
    private readonly Channel<bool> _changed = Channel.CreateUnbounded<bool>();
    private readonly VerdictListener _listener;
    private readonly Task _running;

    public VerdictListenerTests()
    {
        var options = new NodeAgentOptions { KubeConfig = new KubeConfig { Server = new Uri("http://localhost") }, NodeName = "node1", VerifyPeriod = TimeSpan.FromMilliseconds(1) };
        _listener = new VerdictListener(options, _kernel, _log, _tally, NullLogger.Instance) { ProblemChanged = () => _changed.Writer.TryWrite(true) };
        _running = _listener.RunAsync(_end.Token);
    }

    [Fact]
    public async Task A_group_that_somebody_else_has_is_a_problem_until_it_is_free()
    {
        _kernel.Busy = true;
        _listener.Note(new PolicyJudge(Table), Cluster, anybody: true);
        Assert.True(await _changed.Reader.ReadAsync(_end.Token));
        Assert.Equal(("Node node1", "PolicyLogTaken"), (_listener.Problem!.Object, _listener.Problem.Reason));

        _kernel.Busy = false;
        Assert.True(await _changed.Reader.ReadAsync(_end.Token));
        Assert.Null(_listener.Problem);
    }

    [Fact]
    public async Task Packets_come_with_names_and_what_was_missed_is_known()
    {
        await using var lines = _log.ReadAsync(follow: true, _end.Token).GetAsyncEnumerator(_end.Token);
        Assert.True(await lines.MoveNextAsync());
        _kernel.Packets.Writer.TryWrite(Packet(PolicyDirection.Ingress, Stranger, Db, Tcp, 6379));
        _kernel.Packets.Writer.TryWrite(null);
        _kernel.Packets.Writer.TryWrite(Packet(PolicyDirection.Ingress, Frontend, Web, Tcp, 80, audited: true) with { Missed = 4 });
        _listener.Note(new PolicyJudge(Table), Cluster, anybody: true);

        var (seen, missed) = (new List<string>(), 0L);
        while (seen.Count < 2)
        {
            Assert.True(await lines.MoveNextAsync());
            missed += lines.Current.Missed;
            if (lines.Current.Verdict is { } verdict)
                seen.Add($"{verdict.Peer} -> {verdict.Pod}");
        }

        Assert.Equal(["mine/stranger -> default/db", "default/frontend -> shop/web"], seen);
        Assert.Equal((4, 4L), (missed, _log.Missed));
        Assert.Equal("shop/web", Assert.Single(_tally.Audited()).Pod);
        Assert.Equal(2, _tally.Logged().Count);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _end.Dispose();
    }

    /// <summary>A kernel's log of which a test says what it tells.</summary>
    private sealed class ScriptedLog : IPacketLog
    {
        public Channel<LoggedPacket?> Packets { get; } = Channel.CreateUnbounded<LoggedPacket?>();

        public volatile bool Busy;

        public async IAsyncEnumerable<LoggedPacket?> ListenAsync(ushort group, [EnumeratorCancellation] CancellationToken cancel)
        {
            if (Busy)
                throw new NetlinkException($"listen to packet log group {group}", Errno.EBUSY);
            yield return null;
            await foreach (var packet in Packets.Reader.ReadAllAsync(cancel))
                yield return packet;
        }
    }
}
