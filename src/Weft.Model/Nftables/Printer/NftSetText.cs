using System.Text;

namespace Weft.Model.Nftables;

/// <summary>Sets, maps and elements in nft's syntax.</summary>
internal static class NftSetText
{
    internal static void Append(StringBuilder text, NftSet set)
    {
        text.Append($"\t{(set.IsMap ? "map" : "set")} {set.Name} {{\n\t\ttype {set.KeyType}");
        if (set.DataType is { } data)
            text.Append($" : {data}");
        text.Append('\n');
        if (set.Size is { } size)
            text.Append($"\t\tsize {size}\n");
        if (set.Flags != NftSetFlags.None)
            text.Append($"\t\tflags {FlagNames(set.Flags)}\n");
        if (set.TimeoutMilliseconds is { } timeout)
            text.Append($"\t\ttimeout {NftValueText.Duration(timeout)}\n");
        if (set.Counter)
            text.Append("\t\tcounter\n");
        if (set.Comment is { } comment)
            text.Append($"\t\tcomment \"{comment}\"\n");
        AppendElements(text, set);
        text.Append("\t}\n");
    }

    private static void AppendElements(StringBuilder text, NftSet set)
    {
        if (set.Elements.Count == 0)
            return;
        text.Append("\t\telements = { ");
        var first = true;
        foreach (var element in set.Elements)
        {
            if (!first)
                text.Append(",\n\t\t\t     ");
            first = false;
            AppendElement(text, set, element);
        }

        text.Append(" }\n");
    }

    internal static void AppendElement(StringBuilder text, NftSet set, NftElement element)
    {
        if (element.KeyEnd is { } last)
            NftValueText.AppendInterval(text, set.KeyType, element.Key, last);
        else
            NftValueText.Append(text, set.KeyType, element.Key);
        if (element.TimeoutMilliseconds is { } timeout)
            text.Append($" timeout {NftValueText.Duration(timeout)}");
        if (element.Comment is { } comment)
            text.Append($" comment \"{comment}\"");
        if (element.Verdict is { } verdict)
            text.Append($" : {verdict}");
        else if (element.Data is { } data && set.DataType is { } type)
            NftValueText.Append(text.Append(" : "), type, data);
    }

    private static string FlagNames(NftSetFlags flags)
    {
        List<string> names = [];
        foreach (var (flag, name) in Names)
        {
            if (flags.HasFlag(flag))
                names.Add(name);
        }

        return string.Join(',', names);
    }

    private static readonly (NftSetFlags, string)[] Names =
    [
        (NftSetFlags.Constant, "constant"),
        (NftSetFlags.Interval, "interval"),
        (NftSetFlags.Timeout, "timeout"),
        (NftSetFlags.Dynamic, "dynamic"),
    ];
}
