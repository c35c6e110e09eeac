using Weft.Node.Proxy;

namespace Weft.Tests.Node.Proxy;

/// <summary>How long the proxy rests.</summary>
public sealed class TurnPaceTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(10, 20)]
    [InlineData(5000, 1000)]
    public void The_rest_grows_with_the_turn_and_is_bounded(int turn, int rest) =>
        Assert.Equal(
            TimeSpan.FromMilliseconds(rest),
            new TurnPace(TimeSpan.FromMilliseconds(2), TimeSpan.FromSeconds(1)).After(TimeSpan.FromMilliseconds(turn)));
}
