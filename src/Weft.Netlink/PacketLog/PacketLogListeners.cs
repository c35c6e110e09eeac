using System.Globalization;

namespace Weft.Netlink.PacketLog;

/// <summary>Who listens to the packet log, in the network namespace of the calling thread (net/netfilter/nfnetlink_log.c, seq_show).</summary>
/// <remarks>
/// <code>
/// group  port  queued  copy mode  copy range  timeout  references
/// 22341  4711       0          2         128       5            1
/// </code>
/// </remarks>
internal static class PacketLogListeners
{
    private const string Listing = "/proc/thread-self/net/netfilter/nfnetlink_log";

    /// <summary>Who listens to a group, in words; null for nobody that can be seen.</summary>
    public static string? Find(ushort group)
    {
        try
        {
            return File.ReadLines(Listing)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words.Length > 1 && words[0] == group.ToString(CultureInfo.InvariantCulture))
                .Select(words => Name(words[1]))
                .FirstOrDefault();
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The port of a process's first netlink socket is its process id; that of any other is a high number which names nobody.</summary>
    private static string Name(string port)
    {
        try
        {
            return $"process {port} ({File.ReadAllText($"/proc/{port}/comm").Trim()})";
        }
        catch (IOException)
        {
            return $"another program (netlink port {port})";
        }
    }
}
