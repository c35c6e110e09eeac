using FsCheck;
using FsCheck.Fluent;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

public sealed class DnsNameTests
{
    private static readonly Gen<DnsName> Names =
        from labels in Gen.ArrayOf(
            from size in Gen.Choose(1, 20)
            from bytes in Gen.ArrayOf(ArbMap.Default.GeneratorFor<byte>(), size)
            select bytes)
        let shown = labels.Take(10)
        select DnsName.FromWire([.. shown.SelectMany(label => label.Prepend((byte)label.Length)), 0]);

    [Theory]
    [InlineData(".", ".")]
    [InlineData("a", "a.")]
    [InlineData("_http._tcp.web.default.svc.cluster.local.", "_http._tcp.web.default.svc.cluster.local.")]
    [InlineData(@"one\.label.com", @"one\.label.com.")]
    [InlineData(@"tab\009.com", @"tab\009.com.")]
    [InlineData(@"\065.com", "A.com.")]
    public void Text_is_read_and_written_as_in_zone_files(string text, string written) => Assert.Equal(written, DnsName.Parse(text).ToString());

    [Theory]
    [InlineData("", "a name is empty; the root is '.'")]
    [InlineData("a..b", "'a..b' has an empty label")]
    [InlineData(".a", "'.a' has an empty label")]
    [InlineData("bücher.example", "'bücher.example' has a 'ü' at 1, which no name can hold; names have ASCII characters, others as \\DDD or in Punycode")]
    [InlineData("a b", "'a b' has a ' ' at 1, which no name can hold; names have ASCII characters, others as \\DDD or in Punycode")]
    [InlineData(@"a\256", @"'a\256' has a '\' at 1, which no name can hold; names have ASCII characters, others as \DDD or in Punycode")]
    public void What_is_no_name_is_refused_with_a_reason(string text, string reason) => Assert.Equal(reason, Assert.Throws<FormatException>(() => DnsName.Parse(text)).Message);

    [Fact]
    public void A_label_has_63_bytes_and_a_name_255_at_most()
    {
        var longest = new string('a', 63);
        Assert.Equal(65, DnsName.Parse(longest).Wire.Length);
        Assert.Contains("a label of more than 63", Assert.Throws<FormatException>(() => DnsName.Parse(longest + "a")).Message);

        var whole = $"{longest}.{longest}.{longest}.{longest[..61]}";
        Assert.Equal(255, DnsName.Parse(whole).Wire.Length);
        Assert.Contains("longer than the 255 bytes", Assert.Throws<FormatException>(() => DnsName.Parse(whole + "a")).Message);
        Assert.Contains("256 bytes", Assert.Throws<FormatException>(() => DnsName.Parse(whole[..^1]).Prepend(DnsName.Parse("b"))).Message);
    }

    [Fact]
    public void Names_are_equal_whatever_their_case_and_keep_it()
    {
        var (lower, upper) = (DnsName.Parse("www.example.com"), DnsName.Parse("WWW.Example.COM"));
        Assert.Equal(lower, upper);
        Assert.Equal(lower.GetHashCode(), upper.GetHashCode());
        Assert.Equal("WWW.Example.COM.", upper.ToString());
        Assert.NotEqual(DnsName.Parse("a[.com"), DnsName.Parse("a{.com"));
        Assert.NotEqual(DnsName.Parse("a.bc"), DnsName.Parse(@"a\.bc"));
    }

    [Fact]
    public void Hashes_differ_as_names_do_whatever_byte_stands_where()
    {
        for (var length = 1; length <= 18; length++)
        {
            for (var place = 0; place < length; place++)
            {
                var hashes = Enumerable.Range(0, 256).GroupBy(value => NameBytes.Hash([.. Enumerable.Range(0, length).Select(at => at == place ? (byte)value : (byte)'a')])).ToList();
                Assert.Equal(256 - 26, hashes.Count);
                Assert.All(hashes, same => Assert.Single(same.Select(value => NameBytes.Lower((byte)value)).Distinct()));
            }
        }
    }

    [Fact]
    public void A_name_lies_within_its_zone_by_labels()
    {
        var zone = DnsName.Parse("cluster.local");
        Assert.True(DnsName.Parse("web.Cluster.local").IsWithin(zone));
        Assert.True(zone.IsWithin(zone));
        Assert.True(zone.IsWithin(DnsName.Root));
        Assert.False(DnsName.Parse("mycluster.local").IsWithin(zone));
        Assert.False(DnsName.Parse("local").IsWithin(zone));
        Assert.Equal(DnsName.Parse("local"), zone.Parent);
        Assert.Equal(2, zone.LabelCount);
        Assert.Equal(DnsName.Parse("a.b.cluster.local"), zone.Prepend(DnsName.Parse("a.b")));
    }

    [Fact]
    public void The_canonical_order_is_that_of_rfc_4034()
    {
        string[] sorted = ["example.", "a.example.", "yljkjljk.a.example.", "Z.a.example.", "zABC.a.EXAMPLE.", "z.example.", @"\001.z.example.", "*.z.example.", @"\200.z.example."];
        Assert.Equal(sorted, sorted.Reverse().Select(DnsName.Parse).Order().Select(name => name.ToString()));
    }

    [Fact]
    public void Every_name_comes_back_from_its_text() =>
        Prop.ForAll(Arb.From(Names), name => DnsName.Parse(name.ToString()).Wire.SequenceEqual(name.Wire)).QuickCheckThrowOnFailure();

    [Fact]
    public void Order_and_equality_agree() =>
        Prop.ForAll(Arb.From(Names), Arb.From(Names), (left, right) => (left.CompareTo(right) == 0) == (left == right) && left.CompareTo(right) == -right.CompareTo(left)).QuickCheckThrowOnFailure();
}
