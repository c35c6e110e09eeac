namespace Weft.Node.Proxy.Iptables;

/// <summary>The host's iptables in the calling process's network namespace: the real commands, or a fake that behaves the same.</summary>
public interface IIptables
{
    /// <summary>What people call it, such as <c>iptables-nft</c>.</summary>
    string Name { get; }

    /// <summary>Whether its rules are those of nf_tables, whose changes the kernel tells of.</summary>
    bool IsNftables { get; }

    /// <summary>All tables that are in use, as iptables-save prints them.</summary>
    /// <exception cref="IptablesException">The command is missing, or failed.</exception>
    string Save(bool isV6);

    /// <summary>Hands <paramref name="input"/> to <c>iptables-restore --noflush</c>: each of its tables changes at once or not at all.</summary>
    /// <exception cref="IptablesException">The command is missing, or refused.</exception>
    void Restore(bool isV6, string input);
}

/// <summary>An iptables command is missing or refused; the message holds its own words.</summary>
public sealed class IptablesException(string message, bool isMissing = false, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether there is no such command.</summary>
    public bool IsMissing { get; } = isMissing;

    /// <summary>Whether the input was more than the command's socket sends at once (EMSGSIZE), so that smaller ones may be taken.</summary>
    public bool IsTooLong => Message.Contains("Message too long", StringComparison.Ordinal);
}
