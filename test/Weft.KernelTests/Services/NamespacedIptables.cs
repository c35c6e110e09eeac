using Weft.Netlink.Namespaces;
using Weft.Node.Proxy.Iptables;

namespace Weft.KernelTests.Services;

/// <summary>The host's iptables commands, run in a network namespace.</summary>
internal sealed class NamespacedIptables(IIptables commands, NetworkNamespace where) : IIptables
{
    public string Name => commands.Name;

    public bool IsNftables => commands.IsNftables;

    /// <summary>How often they were asked for everything.</summary>
    public int Saves { get; private set; }

    /// <summary>Whether the kernel takes what they write.</summary>
    public bool Works
    {
        get
        {
            try
            {
                Restore(isV6: false, "*nat\n:PROBE -\n-X PROBE\nCOMMIT\n");
                return true;
            }
            catch (IptablesException)
            {
                return false;
            }
        }
    }

    /// <summary>Those that are installed; null for none.</summary>
    public static NamespacedIptables? In(NetworkNamespace where) =>
        IptablesChoice.Installed() is [var first, ..] ? new NamespacedIptables(first, where) : null;

    public string Save(bool isV6)
    {
        Saves++;
        return where.Run(() => commands.Save(isV6));
    }

    public void Restore(bool isV6, string input) => where.Run(() => commands.Restore(isV6, input));
}
