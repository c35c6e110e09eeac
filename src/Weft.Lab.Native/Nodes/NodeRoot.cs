using Weft.Lab.Native.Launching;
using Weft.Netlink;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Nodes;

/// <summary>What makes the host's file system that of one node: state folders that two nodes must not share are its own, in memory.</summary>
internal static class NodeRoot
{
    /// <summary>Where containers of the node build their roots, each in its own mount namespace.</summary>
    public const string Workshop = "/run/weft/build";

    private const string Layers = "/run/weft/layers";
    private const string Resolver = "/etc/resolv.conf";
    private static readonly string[] StateFolders = ["/etc/cni", "/opt/cni", "/var/lib/cni"];

    /// <summary>Rearranges the mounts of this mount namespace.</summary>
    /// <param name="plugins">The folder of CNI plugins, shown at /opt/cni/bin.</param>
    /// <param name="kept">Folders that stay visible even when they lie below /run.</param>
    /// <exception cref="NetlinkException">The kernel forbids one of the mounts.</exception>
    public static void Build(string plugins, string[] kept)
    {
        ReplaceRun([plugins, .. kept]);
        foreach (var group in StateFolders.GroupBy(folder => Path.GetDirectoryName(folder)!))
            ReplaceState(group.Key, [.. group]);
        if (Directory.Exists("/opt/cni"))
        {
            Directory.CreateDirectory("/opt/cni/bin");
            Mounts.Bind(plugins, "/opt/cni/bin", recursive: true);
        }

        if (Directory.Exists("/etc/cni"))
            Directory.CreateDirectory("/etc/cni/net.d");
        GiveResolver();
        ShowOwnDevicesOfNetwork();
    }

    private static void ReplaceRun(string[] kept)
    {
        var folders = kept.Select(Tree.Resolve).Where(folder => folder.StartsWith("/run/", StringComparison.Ordinal))
            .Distinct().Select(folder => (Path: folder, Fd: Descriptors.OpenRead(folder))).ToList();
        Mounts.Mount("weft", "/run", "tmpfs", MountFlags.NoSuid | MountFlags.NoDev, "mode=755");
        foreach (var (path, fd) in folders)
        {
            Directory.CreateDirectory(path);
            Mounts.Bind($"/proc/self/fd/{fd.Value}", path, recursive: true);
            fd.Dispose();
        }

        foreach (var folder in new[] { Workshop, Layers, "/run/netns", "/run/lock" })
            Directory.CreateDirectory(folder);
    }

    private static void ReplaceState(string parent, string[] folders)
    {
        if (!Directory.Exists(parent))
            return;
        if (!folders.All(Directory.Exists))
            AddFolders(parent, folders);
        foreach (var folder in folders)
            Mounts.Mount("weft", folder, "tmpfs", MountFlags.NoSuid | MountFlags.NoDev, "mode=755");
    }

    // The parent is seldom ours to write to.
    private static void AddFolders(string parent, string[] folders)
    {
        var layer = Path.Combine(Layers, Path.GetFileName(parent));
        var upper = Path.Combine(layer, "upper");
        var work = Path.Combine(layer, "work");
        Directory.CreateDirectory(work);
        foreach (var folder in folders)
            Directory.CreateDirectory(Path.Combine(upper, Path.GetFileName(folder)));
        Layer.Show(parent, upper, work, parent);
    }

    // The host's servers cannot be reached from a lab, and a name that is not of the cluster should fail at once. The host's file may be a link to below /run, which is gone.
    private static void GiveResolver()
    {
        const string Text = "# This node belongs to a lab, which has no way to servers outside. Add nameserver lines, and cluster DNS asks those.\n";
        var file = File.ResolveLinkTarget(Resolver, returnFinalTarget: true)?.FullName ?? Resolver;
        if (file.StartsWith("/run/", StringComparison.Ordinal))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, Text);
        }
        else if (File.Exists(file))
        {
            var own = Path.Combine(Layers, "resolv.conf");
            File.WriteAllText(own, Text);
            Mounts.Bind(own, file);
        }
    }

    // /sys/class/net shows the network namespace of whoever mounted it.
    private static void ShowOwnDevicesOfNetwork()
    {
        try
        {
            Mounts.Mount("sysfs", "/sys", "sysfs", MountFlags.NoSuid | MountFlags.NoDev | MountFlags.NoExec);
        }
        catch (NetlinkException)
        {
            // The host hides parts of its own /sys, so the kernel grants no new one: nothing that Weft needs is lost.
        }
    }
}
