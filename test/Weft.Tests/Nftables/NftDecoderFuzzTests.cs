using FsCheck;
using FsCheck.Fluent;
using Weft.Model.Nftables;
using Weft.Netlink.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Tests.Nftables;

/// <summary>Whatever bytes the kernel's answers have, the decoder returns something or notes an error; it never throws.</summary>
public sealed class NftDecoderFuzzTests
{
    private static readonly byte[] Samples = Encode(NftSamples.All.Values.Append(NftSamples.Affinity));

    private static readonly Dictionary<string, NftSet> Sets = NftSamples.All.Values.Append(NftSamples.Affinity)
        .SelectMany(ruleset => (IEnumerable<NftTable>)ruleset.Tables).SelectMany(table => (IEnumerable<NftSet>)table.Sets)
        .DistinctBy(set => set.Name).ToDictionary(set => set.Name);

    [Fact]
    public void Untouched_messages_decode_without_an_error() => Assert.Null(Decode(Samples));

    [Fact]
    public void Changed_bytes_never_make_the_decoder_throw() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var bytes = (byte[])Samples.Clone();
        for (var i = random.Next(1, 60); i > 0; i--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        Decode(bytes);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Messages_that_are_cut_short_never_make_the_decoder_throw()
    {
        for (var length = 0; length < Samples.Length; length += 7)
            Decode(Samples.AsSpan(0, length));
    }

    private static string? Decode(ReadOnlySpan<byte> bytes)
    {
        var error = default(DecodeError);
        var messages = new MessageReader(bytes);
        while (messages.TryRead(out var message))
            Decode(message, ref error);
        return error.Text;
    }

    private static void Decode(NetlinkMessage message, ref DecodeError error)
    {
        switch (message.Type)
        {
            case NftWire.NewTable: NftObjectDecoder.Table(message, ref error); break;
            case NftWire.NewChain: NftObjectDecoder.Chain(message, ref error); break;
            case NftWire.NewRule: NftPrinter.Print(NftObjectDecoder.Rule(message, Sets, ref error).Rule); break;
            case NftWire.NewSet: NftSetDecoder.Decode(message, ref error); break;
            case NftWire.NewElements: Join(message, ref error); break;
        }
    }

    private static void Join(NetlinkMessage message, ref DecodeError error)
    {
        var listed = NftElementDecoder.Decode(message, ref error);
        NftIntervals.Join(new NftSet("s", NftType.Ipv4Address) { Flags = NftSetFlags.Interval }, [.. listed]);
        NftIntervals.Join(new NftSet("s", NftType.Ipv4Address), listed);
    }

    private static byte[] Encode(IEnumerable<NftRuleset> rulesets)
    {
        var writer = new NetlinkWriter([]);
        try
        {
            foreach (var ruleset in rulesets)
                new NftBatchEncoder().Encode(ref writer, NftDiff.Between(NftRuleset.Empty, ruleset));
            return writer.Complete().ToArray();
        }
        finally
        {
            writer.Dispose();
        }
    }
}
