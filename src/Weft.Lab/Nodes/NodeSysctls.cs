namespace Weft.Lab.Nodes;

/// <summary>What the distributions and installers of real nodes set before any network agent runs.</summary>
internal static class NodeSysctls
{
    private static readonly (string Path, string Value)[] Settings =
    [
        // kubeadm's preflight asks for forwarding.
        ("net/ipv4/ip_forward", "1"),
        ("net/ipv6/conf/all/forwarding", "1"),

        // Strict filtering drops replies that come back another way; Kubernetes networks ask for 0 or 2.
        ("net/ipv4/conf/all/rp_filter", "0"),
        ("net/ipv4/conf/default/rp_filter", "0"),

        // Any program of the node may bind any port and send pings: there is one user only.
        ("net/ipv4/ip_unprivileged_port_start", "0"),
        ("net/ipv4/ping_group_range", "0 0"),
    ];

    /// <summary>Writes them in the calling thread's network namespace; one that the kernel does not have is left out.</summary>
    public static void Apply()
    {
        foreach (var (path, value) in Settings)
        {
            try
            {
                File.WriteAllText(Path.Combine("/proc/sys", path), value);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A kernel without IPv6, or one that keeps the setting to its first namespace; the agent reports what matters.
            }
        }
    }
}
