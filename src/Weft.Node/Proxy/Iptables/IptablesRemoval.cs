using Weft.Compilers.Services.Iptables;

namespace Weft.Node.Proxy.Iptables;

/// <summary>Takes the chains of a Service proxy away, as far as others let it.</summary>
internal static class IptablesRemoval
{
    /// <summary>Removes both families.</summary>
    /// <returns>What could not be removed and why, a sentence each.</returns>
    public static IEnumerable<string> Run(IIptables iptables) => [.. Run(iptables, isV6: false), .. Run(iptables, isV6: true)];

    private static IEnumerable<string> Run(IIptables iptables, bool isV6)
    {
        IptablesRuleset found;
        try
        {
            found = IptablesSaved.Parse(iptables.Save(isV6), isV6);
        }
        catch (IptablesException)
        {
            // What cannot be read was never written either.
            return [];
        }

        var left = found.Tables.SelectMany(table => table.Foreign.Select(rule => Describe(iptables, isV6, table.Name, rule))).ToList();
        try
        {
            new IptablesWriter(isV6).Write(iptables, IptablesDiff.Between(found, new IptablesRuleset(isV6, [])));
        }
        catch (IptablesException e)
        {
            left.Add(e.Message);
        }

        return left;
    }

    private static string Describe(IIptables iptables, bool isV6, string table, IptablesJump rule)
    {
        var command = isV6 ? iptables.Name.Replace("iptables", "ip6tables", StringComparison.Ordinal) : iptables.Name;
        return $"chain {rule.Target} of {command} -t {table} is empty but stays, as somebody else's rule leads to it: delete that by {command} -t {table} -D {rule.From} {rule.Rule}";
    }
}
