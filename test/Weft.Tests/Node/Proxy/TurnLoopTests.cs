using Weft.Kubernetes.Client;
using Weft.Node;
using Weft.Node.Proxy;

namespace Weft.Tests.Node.Proxy;

/// <summary>When the proxy takes turns.</summary>
public sealed class TurnLoopTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ManualTime _time = new();
    private readonly ChangeSignal _changed = new();
    private readonly CancellationTokenSource _end = new();
    private readonly NodeAgentOptions _options;
    private Func<bool> _turn = () => true;
    private Task? _loop;
    private volatile int _turns;
    private volatile int _doubts;

    public TurnLoopTests() =>
        _options = new NodeAgentOptions { KubeConfig = new KubeConfig { Server = new Uri("http://127.0.0.1") }, NodeName = "n", Time = _time };

    [Fact]
    public async Task A_lone_change_leads_to_a_turn_without_a_delay()
    {
        await StartAsync();
        _time.Advance(_options.ShortestProxyRest);
        await IdleAsync();
        _changed.Set();
        await TurnsAsync(2);
    }

    [Fact]
    public async Task Whatever_changes_during_a_rest_goes_into_one_turn()
    {
        await StartAsync();
        for (var i = 0; i < 100; i++)
            _changed.Set();
        Assert.Equal(1, _turns);
        _time.Advance(_options.ShortestProxyRest);
        await TurnsAsync(2);
        _time.Advance(_options.ShortestProxyRest);
        await IdleAsync();
        Assert.Equal(2, _turns);
    }

    [Fact]
    public async Task A_turn_that_took_long_is_followed_by_a_longer_rest_but_for_the_first()
    {
        _turn = () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return true;
        };
        await StartAsync();
        _changed.Set();
        _time.Advance(_options.ShortestProxyRest);
        await TurnsAsync(2);
        _changed.Set();
        _time.Advance(TimeSpan.FromMilliseconds(199));
        Assert.Equal(2, _turns);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await TurnsAsync(3);
    }

    [Fact]
    public async Task What_failed_is_tried_again_from_a_read_back()
    {
        _turn = () => false;
        await StartAsync();
        _time.Advance(_options.ShortestProxyRest);
        await IdleAsync();
        _time.Advance(2 * _options.FirstRetry);
        await TurnsAsync(2);
        Assert.Equal(1, _doubts);
    }

    [Fact]
    public async Task What_is_in_the_kernel_is_looked_at_from_time_to_time()
    {
        await StartAsync();
        _time.Advance(_options.ShortestProxyRest);
        await IdleAsync();
        _time.Advance(_options.VerifyPeriod);
        await TurnsAsync(2);
        Assert.Equal(1, _doubts);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        if (_loop is not null)
            await _loop.WaitAsync(Patience).ContinueWith(_ => { }, TaskScheduler.Default);
        _end.Dispose();
    }

    private async Task StartAsync()
    {
        _loop = Task.Run(() => new TurnLoop(_changed, _options).RunAsync(
            () =>
            {
                var settled = _turn();
                _turns++;
                return settled;
            },
            () => _doubts++,
            _end.Token));
        await TurnsAsync(1);
    }

    /// <summary>Waits for so many turns, and for the rest after the last.</summary>
    private async Task TurnsAsync(int count)
    {
        await UntilAsync(() => _turns == count && _time.Waiting == 1);
    }

    /// <summary>Waits until the loop waits for a change: one timer ended, another began.</summary>
    private Task IdleAsync() => UntilAsync(() => _time.Waiting == 1);

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!holds())
            await Task.Delay(1, limit.Token);
    }
}
