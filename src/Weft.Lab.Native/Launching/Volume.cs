using Weft.Lab.Pods.Specs;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.Launching;

/// <summary>A file or folder of the node on its way into a container: held open, so that no mount in between can hide it.</summary>
/// <param name="Target">Where it goes, links of the host resolved.</param>
/// <param name="IsFile">Whether it is a file, which can only be mounted on a file.</param>
internal sealed record Volume(SafeFd Source, string Target, bool IsFile, bool ReadOnly)
{
    /// <summary>Opens what a specification names.</summary>
    /// <exception cref="Weft.Netlink.NetlinkException">ENOENT, EACCES: it is not there, or not ours to read.</exception>
    public static Volume Open(MountSpec mount) =>
        new(Descriptors.OpenRead(mount.Source), Tree.Resolve(mount.Target), File.Exists(mount.Source), mount.ReadOnly);

    /// <summary>Mounts it; the place may lie within another volume, which then gets a folder for it.</summary>
    public void Show(string place)
    {
        Tree.MakePlace(place, IsFile);
        Mounts.Bind($"/proc/self/fd/{Source.Value}", place, recursive: true);
        if (ReadOnly)
            ReadOnlyMounts.Seal(place);
        Source.Dispose();
    }
}
