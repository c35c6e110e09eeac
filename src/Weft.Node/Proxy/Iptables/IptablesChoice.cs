using Weft.Compilers.Services.Iptables;

namespace Weft.Node.Proxy.Iptables;

/// <summary>Chooses between -nft and -legacy as the host does: two tables that both balance would be one too many.</summary>
/// <remarks>
/// kubelet leaves a hint in table <c>mangle</c> (KUBE-IPTABLES-HINT, formerly KUBE-KUBELET-CANARY; KEP-3178, sig-network/iptables-wrappers). Without one, the
/// variant that holds chains of a Service proxy, then the one that holds more rules, then -nft.
/// </remarks>
public static class IptablesChoice
{
    private static readonly string[] Hints = [":KUBE-IPTABLES-HINT ", ":KUBE-KUBELET-CANARY "];

    /// <summary>The host's variant.</summary>
    /// <exception cref="IptablesException">There are no iptables commands, or none works on this kernel.</exception>
    public static IIptables Choose()
    {
        var installed = Installed();
        if (installed.Count == 0)
            throw new IptablesException("no iptables-restore is installed", isMissing: true);
        IptablesException? last = null;
        IptablesCommands? best = null;
        var most = default((int, int, int));
        foreach (var commands in installed)
        {
            try
            {
                var signs = Signs(commands);
                if (best is null || signs.CompareTo(most) > 0)
                    (best, most) = (commands, signs);
            }
            catch (IptablesException e)
            {
                last = e;
            }
        }

        return best ?? throw last!;
    }

    /// <summary>Every variant that is installed, the preferred one first.</summary>
    public static IReadOnlyList<IptablesCommands> Installed()
    {
        var named = new[] { new IptablesCommands("nft"), new IptablesCommands("legacy") }.Where(commands => commands.IsInstalled).ToList();
        var plain = new IptablesCommands("");
        return named.Count == 0 && plain.IsInstalled ? [plain] : named;
    }

    private static (int Hints, int Ours, int Rules) Signs(IptablesCommands commands)
    {
        var text = commands.Save(isV6: false);
        try
        {
            text += commands.Save(isV6: true);
        }
        catch (IptablesException)
        {
            // Without IPv6, IPv4 decides.
        }

        return (
            Hints.Any(text.Contains) ? 1 : 0,
            IptablesSaved.Parse(text, isV6: false).Tables.Sum(table => table.Chains.Count),
            text.Split('\n').Count(line => line.StartsWith("-A ", StringComparison.Ordinal)));
    }
}
