using FsCheck;
using FsCheck.Fluent;
using Weft.Lab.Controllers;
using Weft.Model;

namespace Weft.Tests.Controllers;

public sealed class PodCidrAllocatorTests
{
    private static readonly Gen<IpPrefix> Taken =
        from length in Gen.Choose(14, 30)
        from bits in Gen.Choose(0, 0x3ffff)
        select new IpPrefix(IpAddress.V4(0x0af00000u + (uint)bits), length);

    [Fact]
    public void Blocks_never_overlap_each_other_or_what_is_taken_and_none_is_left_unused() =>
        Prop.ForAll(Arb.From(Gen.Zip(Gen.ListOf(Taken), Gen.Choose(18, 24))), pair =>
        {
            var range = IpPrefix.Parse("10.240.0.0/16");
            var allocator = new PodCidrAllocator(range, pair.Item2, pair.Item1);
            var given = new List<IpPrefix>();
            while (allocator.TryAllocate(out var block))
                given.Add(block);
            var free = Enumerable.Range(0, 1 << (pair.Item2 - 16)).Select(i => range.Subnet(pair.Item2, (UInt128)i)).Where(block => !pair.Item1.Any(block.Overlaps));
            return given.SequenceEqual(free);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("10.0.0.0/24", 24, "10.0.0.0/24")]
    [InlineData("10.0.0.0/25", 24, "")]
    [InlineData("fd00::/48", 64, "fd00::/64")]
    [InlineData("0.0.0.0/0", 8, "0.0.0.0/8")]
    public void The_first_block_is_the_lowest(string range, int length, string expected)
    {
        var allocator = new PodCidrAllocator(IpPrefix.Parse(range), length, []);
        Assert.Equal(expected, allocator.TryAllocate(out var block) ? block.ToString() : "");
    }
}
