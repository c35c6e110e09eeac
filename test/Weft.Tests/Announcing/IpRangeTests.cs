using FsCheck;
using FsCheck.Fluent;
using Weft.Model;

namespace Weft.Tests.Announcing;

public sealed class IpRangeTests
{
    [Theory]
    [InlineData("192.0.2.0/29", "192.0.2.0/29", "192.0.2.1", "192.0.2.6")]
    [InlineData("192.0.2.10 - 192.0.2.20", "192.0.2.10-192.0.2.20", "192.0.2.10", "192.0.2.20")]
    [InlineData("192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.2.7")]
    [InlineData("192.0.2.6/31", "192.0.2.6/31", "192.0.2.6", "192.0.2.7")]
    [InlineData("2001:db8::/126", "2001:db8::/126", "2001:db8::1", "2001:db8::2")]
    [InlineData("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    public void Blocks_pairs_and_single_addresses_are_read(string text, string shown, string first, string last)
    {
        var range = IpRange.Parse(text);
        Assert.Equal((shown, first, last), (range.ToString(), range.Usable.First.ToString(), range.Usable.Last.ToString()));
    }

    [Theory]
    [InlineData("192.0.2.1/29")]
    [InlineData("192.0.2.20-192.0.2.10")]
    [InlineData("192.0.2.1-2001:db8::1")]
    [InlineData("192.0.2.1-")]
    [InlineData("-")]
    [InlineData("")]
    [InlineData("192.0.2.0/33")]
    public void What_is_no_range_is_refused(string text) => Assert.False(IpRange.TryParse(text, out _));

    [Fact]
    public void The_cover_is_the_smallest_block_that_holds_all() => Prop.ForAll<uint, uint>((left, right) =>
    {
        var range = IpRange.Between(IpAddress.V4(Math.Min(left, right)), IpAddress.V4(Math.Max(left, right)));
        var cover = range.Cover;
        Assert.True(cover.Contains(range.First) && cover.Contains(range.Last));
        Assert.True(cover.HostBits == 0 || left == right || !(new IpPrefix(range.First, cover.Length + 1).Contains(range.Last)));
    }).QuickCheckThrowOnFailure();
}
