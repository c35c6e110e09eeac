using System.Text;

namespace Weft.Compilers.Services.Iptables;

/// <summary>Cuts a change into several that lead to the same, for a kernel that does not take it at once.</summary>
/// <remarks>
/// iptables-nft sends each table in one message, and outside of the first user namespace its socket takes some hundred kilobytes (net.core.wmem_max). What
/// others lead to comes first, then what leads there, then what is left over goes: so no part leads to something missing.
/// </remarks>
public static class IptablesParts
{
    /// <summary>Lines that fit: a rule with its comment is less than a kilobyte of netlink.</summary>
    public const int Lines = 250;

    private const string Commit = "COMMIT\n";

    private static readonly string[] Order = ["KUBE-MARK-MASQ", "KUBE-MARK-OUTSIDE", "KUBE-SEP-", "KUBE-SV", "KUBE-EXT-", "KUBE-FW-"];

    /// <summary>The tables of a change, as an input each.</summary>
    /// <param name="text">What <see cref="IptablesDiff"/> wrote.</param>
    public static IEnumerable<string> Tables(string text) =>
        text.Split(Commit, StringSplitOptions.RemoveEmptyEntries).Select(table => $"{table}{Commit}");

    /// <summary>The inputs that lead to the same as one table's, to be handed over one after the other.</summary>
    /// <param name="table">One of <see cref="Tables"/>.</param>
    /// <param name="size">How many lines a part may have.</param>
    public static IEnumerable<string> Of(string table, int size = Lines)
    {
        var lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var part in Ordered(lines).Chunk(size))
        {
            var text = new StringBuilder(lines[0]).Append('\n');
            foreach (var line in part)
                text.Append(line).Append('\n');
            yield return text.Append(Commit).ToString();
        }
    }

    private static IEnumerable<string> Ordered(string[] lines)
    {
        var chains = lines.Where(line => line[0] == ':').ToLookup(line => line[1..].Split(' ')[0]);
        var rules = lines.Where(line => line.StartsWith("-A ", StringComparison.Ordinal)).ToLookup(line => line.Split(' ', 3)[1]);
        var gone = lines.Where(line => line.StartsWith("-X ", StringComparison.Ordinal)).ToLookup(line => line.Split(' ', 3)[1]);
        return
        [
            .. chains.Where(chain => !gone.Contains(chain.Key)).OrderBy(chain => Rank(chain.Key)).SelectMany(chain => chain.Concat(rules[chain.Key])),
            .. lines.Where(line => line.StartsWith("-D ", StringComparison.Ordinal) || line.StartsWith("-I ", StringComparison.Ordinal)),
            .. chains.Where(chain => gone.Contains(chain.Key)).SelectMany(chain => chain),
            .. gone.SelectMany(chain => chain),
        ];
    }

    private static int Rank(string chain)
    {
        var rank = Array.FindIndex(Order, prefix => chain.StartsWith(prefix, StringComparison.Ordinal));
        return rank < 0 ? Order.Length : rank;
    }
}
