using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Node.Dns;
using Weft.Tests.Node.Proxy;

namespace Weft.Tests.Node.Dns;

/// <summary>When names of others are answered before everything was listed.</summary>
public sealed class DnsPatienceTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);
    private readonly ManualTime _time = new();
    private readonly TaskCompletionSource _synced = new();

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 10)]
    public async Task It_ends_soon_when_the_server_is_away_and_later_when_it_is_slow(bool isAway, int seconds)
    {
        var begun = 0;
        var state = new State { LastError = isAway ? new KubeApiException(0, "", "refused") : null };
        var waiting = new DnsPatience([state], _time).WaitAsync(_synced.Task, () => Interlocked.Increment(ref begun), CancellationToken.None);
        for (var passed = Step; passed < TimeSpan.FromSeconds(seconds); passed += Step)
            await StepAsync();
        Assert.Equal(0, Volatile.Read(ref begun));
        await StepAsync();
        Assert.Equal(1, Volatile.Read(ref begun));
        await StepAsync();
        Assert.Equal(2, Volatile.Read(ref begun));
        _synced.SetResult();
        await waiting.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task With_everything_listed_there_is_no_wait()
    {
        _synced.SetResult();
        await new DnsPatience([new State()], _time).WaitAsync(_synced.Task, () => Assert.Fail("it begins"), CancellationToken.None);
    }

    /// <summary>Moves the clock when it is waited for, and comes back when it is waited for again.</summary>
    private async Task StepAsync()
    {
        await UntilWaitingAsync();
        _time.Advance(Step);
        await UntilWaitingAsync();
    }

    private async Task UntilWaitingAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (_time.Waiting == 0)
            await Task.Delay(1, limit.Token);
    }

    private sealed class State : IInformerState
    {
        public ResourceType Resource => Service.Resource;

        public bool HasSynced => false;

        public TimeSpan StaleFor => TimeSpan.Zero;

        public KubeApiException? LastError { get; init; }
    }
}
