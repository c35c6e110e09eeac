namespace Weft.Lab.Nodes;

/// <summary>What the distributions and installers of real nodes set before any network agent runs.</summary>
internal static class NodeSysctls
{
    // A lab's addresses are given once, so nobody is asked for duplicates: that would take a second or two for each.
    private static readonly (string Path, string Value)[] AddressSettings =
    [
        ("net/ipv6/conf/all/disable_ipv6", "0"),
        ("net/ipv6/conf/default/disable_ipv6", "0"),
        ("net/ipv6/conf/all/accept_dad", "0"),
        ("net/ipv6/conf/default/accept_dad", "0"),
        ("net/ipv6/conf/all/accept_ra", "0"),
        ("net/ipv6/conf/default/accept_ra", "0"),
    ];

    private static readonly (string Path, string Value)[] NodeSettings =
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

    /// <summary>Prepares the calling thread's network namespace for a node.</summary>
    public static void ApplyToNode()
    {
        Write(AddressSettings);
        Write(NodeSettings);
    }

    /// <summary>Prepares the calling thread's network namespace for a pod, or for the underlay.</summary>
    public static void ApplyToPod() => Write(AddressSettings);

    // A setting that the kernel does not have is left out.
    private static void Write((string Path, string Value)[] settings)
    {
        foreach (var (path, value) in settings)
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
