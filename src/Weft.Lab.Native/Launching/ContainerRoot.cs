using Weft.Lab.Native.Nodes;
using Weft.Lab.Pods.Specs;
using Weft.Netlink;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Launching;

/// <summary>Builds a container's root file system over the host's and makes it the root; nothing that happens in it reaches the host.</summary>
/// <remarks>
/// <code>
/// /run /tmp                     empty, in memory: the host's sockets (resolvers, D-Bus, container runtimes) are not there
/// /proc /dev /sys               the container's own
/// /etc /var /home /opt …        overlays: the host's files, changes in memory
/// /usr /bin /lib …              the host's, read-only
/// volumes, /etc/hosts, …        as the specification says, also where the host has no such folder
/// </code>
/// </remarks>
internal sealed class ContainerRoot
{
    private const UnixFileMode Sticky = (UnixFileMode)0x3FF; // 1777
    private static readonly string[] Own = ["proc", "sys", "dev", "run", "tmp", "lost+found"];
    private static readonly string[] Programs = ["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "boot"];

    private readonly string _root;
    private readonly string _upper;
    private readonly string _work;
    private readonly List<Volume> _volumes;
    private readonly ContainerSpec _spec;

    private ContainerRoot(ContainerSpec spec, List<Volume> volumes, string memory)
    {
        _spec = spec;
        _volumes = volumes;
        _root = Path.Combine(memory, "root");
        _upper = Path.Combine(memory, "upper");
        _work = Path.Combine(memory, "work");
    }

    /// <summary>Builds the root of a container and moves this process into it.</summary>
    /// <exception cref="NetlinkException">A mount that the specification asks for is not possible.</exception>
    public static void Enter(ContainerSpec spec)
    {
        // Opened before anything is mounted that could hide them.
        var volumes = spec.Mounts.Select(Volume.Open).ToList();
        var memory = Directory.Exists(NodeRoot.Workshop) ? NodeRoot.Workshop : "/tmp";
        Mounts.Mount("weft", memory, "tmpfs", MountFlags.NoSuid | MountFlags.NoDev, "mode=755");
        var root = new ContainerRoot(spec, volumes, memory);
        root.Prepare();
        root.ShowHost();
        root.ShowSystem();
        root.ShowVolumes();
        root.Pivot();
    }

    // What must be there is made in the upper layers first; where the host has nothing below, it is simply there.
    private void Prepare()
    {
        Directory.CreateDirectory(_root);
        Directory.CreateDirectory(_upper);
        Directory.CreateDirectory(_work);
        Mounts.Bind(_root, _root);
        foreach (var own in Own.SkipLast(1))
            Directory.CreateDirectory(Path.Combine(_root, own));
        File.SetUnixFileMode(Path.Combine(_root, "tmp"), Sticky);
        foreach (var file in _spec.Files)
        {
            var place = PlaceOf(Tree.Resolve(file.Path) is var path && path.StartsWith("/run/", StringComparison.Ordinal) ? file.Path : path);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.WriteAllText(place, file.Text);
        }

        foreach (var volume in _volumes)
            Tree.MakePlace(PlaceOf(volume.Target), volume.IsFile);
        if (!Directory.Exists(_spec.WorkingDirectory))
            Tree.MakePlace(PlaceOf(Tree.Resolve(_spec.WorkingDirectory)), isFile: false);
    }

    // Folders that the host has become layers; the container's own, and those that only it has, lie in the root at once.
    private string PlaceOf(string path)
    {
        var top = path.Split('/', 3)[1];
        return Own.Contains(top) || !Directory.Exists("/" + top) ? Tree.Under(_root, path) : Tree.Under(_upper, path);
    }

    private void ShowHost()
    {
        foreach (var entry in new DirectoryInfo("/").EnumerateFileSystemInfos())
        {
            var target = Path.Combine(_root, entry.Name);
            var upper = Path.Combine(_upper, entry.Name);
            if (Own.Contains(entry.Name) || Path.Exists(target))
                continue;
            if (entry.LinkTarget is { } link)
                File.CreateSymbolicLink(target, link);
            else if (entry is DirectoryInfo)
                ShowFolder(entry.FullName, upper, target);
        }
    }

    private void ShowFolder(string source, string upper, string target)
    {
        Directory.CreateDirectory(target);
        var isPrepared = Directory.Exists(upper);
        if (!isPrepared && Programs.Contains(Path.GetFileName(source)))
        {
            Layer.ShowSealed(source, target);
            return;
        }

        if (!isPrepared)
            Directory.CreateDirectory(upper, File.GetUnixFileMode(source));
        var work = Path.Combine(_work, Path.GetFileName(source));
        Directory.CreateDirectory(work);
        Layer.Show(source, upper, work, target);
    }

    private void ShowSystem()
    {
        Mounts.Mount("proc", Path.Combine(_root, "proc"), "proc", MountFlags.NoSuid | MountFlags.NoDev | MountFlags.NoExec);
        try
        {
            Mounts.Mount("sysfs", Path.Combine(_root, "sys"), "sysfs", MountFlags.NoSuid | MountFlags.NoDev | MountFlags.NoExec);
        }
        catch (NetlinkException)
        {
            // The host hides parts of its own /sys, so the kernel grants no new one (mount_too_revealing in fs/namespace.c).
            Mounts.Bind("/sys", Path.Combine(_root, "sys"), recursive: true);
        }

        Devices.Show(Path.Combine(_root, "dev"));
    }

    private void ShowVolumes()
    {
        foreach (var volume in _volumes)
            volume.Show(Tree.Under(_root, volume.Target));
    }

    // pivot_root(".", ".") stacks the old root over the new one, from where it is taken off (pivot_root(2), notes).
    private void Pivot()
    {
        Mounts.ChangeDirectory(_root);
        Mounts.PivotRoot(".", ".");
        Mounts.Unmount(".", UnmountFlags.Detach);
        Mounts.ChangeDirectory("/");
    }
}
