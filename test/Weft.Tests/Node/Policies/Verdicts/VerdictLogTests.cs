using System.Globalization;
using Weft.Model.Policies;
using Weft.Node.Policies.Verdicts;
using static Weft.Tests.Node.Policies.Verdicts.VerdictSamples;

namespace Weft.Tests.Node.Policies.Verdicts;

/// <summary>The log holds the latest verdicts, and gives those to come to whoever follows.</summary>
public sealed class VerdictLogTests : IDisposable
{
    private static readonly NamedVerdict Sample = Name(Packet(PolicyDirection.Ingress, Stranger, Db, Tcp, 6379));

    private readonly VerdictLog _log = new();
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(60));

    [Fact]
    public async Task It_holds_the_latest_thousand_in_their_order()
    {
        Add(0, 1500);

        Assert.Equal(Enumerable.Range(500, 1000).Select(Text), (await HeldAsync()).Select(line => line.Verdict!.Reason));
    }

    [Fact]
    public async Task Who_does_not_follow_hears_how_many_were_missed_and_no_more()
    {
        Add(0, 2);
        _log.Miss(7);

        Assert.Equal([Line(0), Line(1), new VerdictLine { Missed = 7 }], await HeldAsync());
    }

    [Fact]
    public async Task Who_follows_hears_what_is_held_then_everything_that_comes()
    {
        Add(0, 1);
        await using var lines = _log.ReadAsync(follow: true, _patience.Token).GetAsyncEnumerator(_patience.Token);
        Assert.Equal(Line(0), await NextAsync(lines));
        Assert.Equal(new VerdictLine { IsLive = true }, await NextAsync(lines));

        Add(1, 1);
        Assert.Equal(Line(1), await NextAsync(lines));
        _log.Miss(3);
        Assert.Equal(new VerdictLine { Missed = 3 }, await NextAsync(lines));
        Add(2, 1);
        Assert.Equal(Line(2), await NextAsync(lines));
    }

    [Fact]
    public async Task Who_follows_slowly_holds_nobody_up_and_hears_how_much_he_missed()
    {
        await using var slow = _log.ReadAsync(follow: true, _patience.Token).GetAsyncEnumerator(_patience.Token);
        Assert.True((await NextAsync(slow)).IsLive);
        Add(0, VerdictLog.Held + 250);

        Assert.Equal(250, (await NextAsync(slow)).Missed);
        Assert.Equal(Line(0), await NextAsync(slow));
    }

    public void Dispose() => _patience.Dispose();

    private void Add(int first, int count)
    {
        for (var i = first; i < first + count; i++)
            _log.Add(Sample with { Reason = Text(i) });
    }

    private async Task<List<VerdictLine>> HeldAsync()
    {
        var lines = new List<VerdictLine>();
        await foreach (var line in _log.ReadAsync(follow: false, _patience.Token))
            lines.Add(line);
        return lines;
    }

    private static async Task<VerdictLine> NextAsync(IAsyncEnumerator<VerdictLine> lines)
    {
        Assert.True(await lines.MoveNextAsync());
        return lines.Current;
    }

    private static VerdictLine Line(int number) => new() { Verdict = Sample with { Reason = Text(number) } };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
