using System.Text;

namespace Weft.Model.Nftables;

/// <summary>Writes a ruleset in nft's syntax, the way <c>nft list ruleset</c> lays it out; <c>nft -f</c> reads it.</summary>
/// <remarks>The same model gives the same text on any machine of the same byte order. What nft's grammar cannot say (<see cref="NftLet"/>) is shown as <c>$n</c>.</remarks>
public static class NftPrinter
{
    /// <summary>All tables.</summary>
    public static string Print(NftRuleset ruleset)
    {
        var text = new StringBuilder();
        foreach (var table in ruleset.Tables)
            Append(text, table);
        return text.ToString();
    }

    /// <summary>One table.</summary>
    public static string Print(NftTable table)
    {
        var text = new StringBuilder();
        Append(text, table);
        return text.ToString();
    }

    /// <summary>One rule, on one line.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="family">Its table's family, which some words depend on.</param>
    public static string Print(NftRule rule, NftFamily family = NftFamily.Inet)
    {
        var text = new StringBuilder();
        foreach (var statement in rule.Statements)
        {
            if (text.Length > 0)
                text.Append(' ');
            NftStatementText.Append(text, statement, family);
        }

        if (rule.Comment is { } comment)
            text.Append($" comment \"{comment}\"");
        return text.ToString();
    }

    /// <summary>One element, with its data and comment.</summary>
    public static string Print(NftElement element, NftSet set)
    {
        var text = new StringBuilder();
        NftSetText.AppendElement(text, set, element);
        return text.ToString();
    }

    private static void Append(StringBuilder text, NftTable table)
    {
        text.Append($"table {table.Id} {{\n");
        AppendComment(text, table.Comment, "\t");
        foreach (var set in table.Sets)
            NftSetText.Append(text, set);
        foreach (var chain in table.Chains)
            Append(text, chain, table.Family);
        text.Append("}\n");
    }

    private static void Append(StringBuilder text, NftChain chain, NftFamily family)
    {
        text.Append($"\tchain {chain.Name} {{\n");
        AppendComment(text, chain.Comment, "\t\t");
        if (chain.Base is { } hook)
            AppendHook(text, hook);
        foreach (var rule in chain.Rules)
            text.Append($"\t\t{Print(rule, family)}\n");
        text.Append("\t}\n");
    }

    private static void AppendHook(StringBuilder text, NftBase hook)
    {
        text.Append($"\t\ttype {hook.Type.ToString().ToLowerInvariant()} hook {hook.Hook.ToString().ToLowerInvariant()}");
        if (hook.Devices.Count == 1)
            text.Append($" device \"{hook.Devices[0]}\"");
        else if (hook.Devices.Count > 1)
            text.Append($" devices = {{ {string.Join(", ", hook.Devices.Select(device => $"\"{device}\""))} }}");
        text.Append($" priority {hook.Priority}; policy {(hook.DropByDefault ? "drop" : "accept")};\n");
    }

    private static void AppendComment(StringBuilder text, string? comment, string indent)
    {
        if (comment is not null)
            text.Append($"{indent}comment \"{comment}\"\n");
    }
}
