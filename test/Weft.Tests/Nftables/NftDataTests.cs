using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Tests.Nftables;

/// <summary>Constants and types are what the kernel's registers and nft's numbers are.</summary>
public sealed class NftDataTests
{
    [Fact]
    public void Parts_of_a_key_are_padded_to_whole_registers() => Assert.Equal(
        "0x0a00000106000000" + "01bb0000",
        NftData.Concat(NftSamples.Ip("10.0.0.1"), NftData.Byte(6), NftSamples.Port(443)).ToString());

    [Fact]
    public void A_type_knows_its_parts_and_its_length()
    {
        var type = NftType.Concat(NftType.Ipv4Address, NftType.Protocol, NftType.Port);
        Assert.Equal("ipv4_addr . inet_proto . inet_service", type.Name);
        Assert.Equal(12, type.Length);
        Assert.Equal((7u << 12) | (12u << 6) | 13u, type.Code);
        Assert.Equal([NftType.Ipv4Address, NftType.Protocol, NftType.Port], type.Parts.ToArray());
    }

    [Fact]
    public void A_type_of_six_parts_is_one_too_many() =>
        Assert.Throws<ArgumentException>(() => NftType.Concat(Enumerable.Repeat(NftType.Mark, NftType.MaxParts + 1).ToArray()));

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("a-name-of-sixteen")]
    public void A_name_that_no_interface_can_have_is_refused(string name) => Assert.Throws<ArgumentException>(() => NftData.Name(name));

    [Fact]
    public void A_wildcard_is_its_bare_prefix() => Assert.Equal("veth"u8.ToArray(), NftData.Name("veth*").Bytes.ToArray());

    [Fact]
    public void A_block_of_one_address_is_a_single_key() => Assert.Null(NftElement.Of(IpPrefix.Parse("10.0.0.1/32")).KeyEnd);

    [Fact]
    public void A_number_takes_the_width_of_its_type()
    {
        Assert.Equal("0x0035", NftConditions.Number(NftType.Port, 53).ToString());
        Assert.Throws<ArgumentException>(() => NftConditions.Number(NftType.Port, 70_000));
    }
}
