using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Launching;

/// <summary>A small /dev: what every container gets by the OCI runtime specification (config-linux, default devices).</summary>
internal static class Devices
{
    private static readonly string[] Shared = ["null", "zero", "full", "random", "urandom", "tty", "net/tun", "fuse"];

    private static readonly (string Name, string Target)[] Links =
        [("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"), ("ptmx", "pts/ptmx")];

    /// <summary>Fills a folder: device files of the host bound one by one, terminals and shared memory of its own.</summary>
    public static void Show(string folder)
    {
        foreach (var device in Shared.Where(device => File.Exists("/dev/" + device)))
        {
            var place = Path.Combine(folder, device);
            Tree.MakePlace(place, isFile: true);
            Mounts.Bind("/dev/" + device, place);
        }

        foreach (var (name, target) in Links)
            File.CreateSymbolicLink(Path.Combine(folder, name), target);
        Directory.CreateDirectory(Path.Combine(folder, "shm"));
        File.SetUnixFileMode(Path.Combine(folder, "shm"), (UnixFileMode)0x3FF /* 1777 */);
        var terminals = Path.Combine(folder, "pts");
        Directory.CreateDirectory(terminals);
        Mounts.Mount("devpts", terminals, "devpts", MountFlags.NoSuid | MountFlags.NoExec, "newinstance,ptmxmode=0666,mode=0620");
    }
}
