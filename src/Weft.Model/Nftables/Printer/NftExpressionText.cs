using System.Text;

namespace Weft.Model.Nftables;

/// <summary>Expressions in nft's syntax.</summary>
internal static class NftExpressionText
{
    internal static void Append(StringBuilder text, NftExpression expression)
    {
        switch (expression)
        {
            case NftConstant constant:
                NftValueText.Append(text, constant.Type, constant.Value);
                break;
            case NftMetaValue meta:
                text.Append(NftMetaTable.NameOf(meta.Key));
                break;
            case NftPayload payload:
                text.Append(NftFieldTable.Get(payload.Field).Name);
                break;
            case NftCtValue ct:
                text.Append("ct ").Append(ct.Direction is { } way ? $"{way.ToString().ToLowerInvariant()} " : "").Append(NftCtTable.NameOf(ct.Key));
                break;
            case NftFib fib:
                AppendFib(text, fib);
                break;
            case NftNumgen numgen:
                text.Append($"numgen {(numgen.Mode == NftNumgenMode.Random ? "random" : "inc")} mod {numgen.Modulus}");
                text.Append(numgen.Offset == 0 ? "" : $" offset {numgen.Offset}");
                break;
            case NftConcat concat:
                AppendConcat(text, concat);
                break;
            case NftBitwise bitwise:
                AppendBitwise(text, bitwise);
                break;
            case NftMapValue map:
                Append(text, map.Key);
                text.Append($" map @{map.Map}");
                break;
            case NftVariable variable:
                text.Append($"${variable.Slot}");
                break;
            default:
                text.Append(expression);
                break;
        }
    }

    private static void AppendConcat(StringBuilder text, NftConcat concat)
    {
        var first = true;
        foreach (var item in concat.Items)
        {
            text.Append(first ? "" : " . ");
            first = false;
            Append(text, item);
        }
    }

    private static void AppendFib(StringBuilder text, NftFib fib)
    {
        List<string> inputs = [];
        foreach (var (input, name) in FibInputs)
        {
            if (fib.Inputs.HasFlag(input))
                inputs.Add(name);
        }

        var result = fib.Result switch
        {
            NftFibResult.AddressType => "type",
            NftFibResult.InterfaceName => "oifname",
            _ => "oif",
        };
        text.Append($"fib {string.Join(" . ", inputs)} {result}");
    }

    private static void AppendBitwise(StringBuilder text, NftBitwise bitwise)
    {
        Append(text, bitwise.Source);
        var setsBits = IsComplement(bitwise.Mask.Bytes, bitwise.Xor.Bytes);
        var keepsAll = !bitwise.Mask.Bytes.ContainsAnyExcept(byte.MaxValue);
        var flipsNone = !bitwise.Xor.Bytes.ContainsAnyExcept((byte)0);
        if (setsBits && !flipsNone)
        {
            NftValueText.Append(text.Append(" | "), bitwise.Type, bitwise.Xor);
            return;
        }

        if (!keepsAll || flipsNone)
            NftValueText.Append(text.Append(" & "), bitwise.Type, bitwise.Mask);
        if (!flipsNone)
            NftValueText.Append(text.Append(" ^ "), bitwise.Type, bitwise.Xor);
    }

    private static bool IsComplement(ReadOnlySpan<byte> mask, ReadOnlySpan<byte> xor)
    {
        for (var i = 0; i < mask.Length; i++)
        {
            if ((byte)~mask[i] != xor[i])
                return false;
        }

        return true;
    }

    private static readonly (NftFibInputs, string)[] FibInputs =
    [
        (NftFibInputs.Source, "saddr"),
        (NftFibInputs.Destination, "daddr"),
        (NftFibInputs.Mark, "mark"),
        (NftFibInputs.InputInterface, "iif"),
        (NftFibInputs.OutputInterface, "oif"),
    ];
}
