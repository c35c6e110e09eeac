using Weft.Node.Announcing;
using Weft.Tests.Node.Proxy;

namespace Weft.Tests.Announcing;

public sealed class LeaseClockTests
{
    private static readonly string[] Names = ["a", "b", "c"];
    private readonly ManualTime _time = new();
    private readonly LeaseClock _clock;
    private int _renewals;

    public LeaseClockTests() => _clock = new LeaseClock("a", TimeSpan.FromSeconds(15), _time);

    [Fact]
    public void At_first_everybody_counts_then_those_that_are_heard()
    {
        Renew("a");
        Assert.Equal(Names, Alive());
        Pass(4, "a", "b");
        Assert.Equal(["a", "b"], Alive());
        Pass(4, "a", "c");
        Assert.Equal(["a", "c"], Alive());
    }

    [Fact]
    public void While_our_own_lease_is_not_heard_nothing_changes_and_afterwards_the_others_get_time()
    {
        Pass(4, "a", "b");
        Assert.Equal(["a", "b"], Alive());
        Pass(20);
        Assert.False(_clock.IsCertain);
        Assert.Equal(["a", "b"], Alive());
        Renew("a");
        Assert.True(_clock.IsCertain);
        Assert.Equal(Names, Alive());
        Pass(4, "a", "c");
        Assert.Equal(["a", "c"], Alive());
    }

    [Fact]
    public void A_lease_that_is_deleted_or_merely_listed_again_is_no_sign_of_life()
    {
        Pass(4, "a", "b", "c");
        _clock.Note("b", DateTimeOffset.UnixEpoch, null, gone: true);
        Assert.Equal(["a", "c"], Alive());
        for (var i = 0; i < 4; i++)
        {
            Pass(1, "a");
            _clock.Note("c", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, gone: false);
        }

        Assert.Equal(["a"], Alive());
    }

    private string[] Alive() => [.. _clock.Alive(Names).Order()];

    private void Renew(string name) => _clock.Note(name, DateTimeOffset.UnixEpoch.AddSeconds(_renewals), DateTimeOffset.UnixEpoch.AddSeconds(++_renewals), gone: false);

    /// <summary>Rounds of five seconds in which some are heard.</summary>
    private void Pass(int rounds, params string[] heard)
    {
        for (var i = 0; i < rounds; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            foreach (var name in heard)
                Renew(name);
        }
    }
}
