using Weft.Cni.Protocol;

namespace Weft.Cni.Runtime;

/// <summary>What ADD answered, kept until DEL so that CHECK and DEL can be given it.</summary>
/// <remarks>
/// One file per attachment, <c>DIR/results/NETWORK-CONTAINER-IFNAME</c>, in the layout of the reference library, so that tools which
/// read /var/lib/cni find what they know.
/// </remarks>
public sealed class ResultCache(string directory)
{
    /// <summary>Where the reference library keeps it.</summary>
    public const string DefaultDirectory = "/var/lib/cni";

    private readonly string _results = Path.Join(directory, "results");

    /// <summary>Keeps an attachment; replaces what was kept under its key.</summary>
    public void Put(CachedAttachment attachment, CniVersion version)
    {
        Directory.CreateDirectory(_results, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = PathOf(attachment.Network, attachment.Container);
        var draft = $"{path}.new";
        File.WriteAllBytes(draft, attachment.ToBytes(version));
        File.SetUnixFileMode(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(draft, path, overwrite: true);
    }

    /// <summary>What is kept for the attachment, or null.</summary>
    public CachedAttachment? Get(string network, ContainerAttachment container) => Read(PathOf(network, container));

    /// <summary>Forgets the attachment.</summary>
    public void Remove(string network, ContainerAttachment container)
    {
        var path = PathOf(network, container);
        if (File.Exists(path))
            File.Delete(path);
    }

    /// <summary>Everything that is kept, in the order of the files' names.</summary>
    public IReadOnlyList<CachedAttachment> All()
    {
        if (!Directory.Exists(_results))
            return [];
        var attachments = new List<CachedAttachment>();
        foreach (var path in Directory.EnumerateFiles(_results).Order(StringComparer.Ordinal))
        {
            if (!path.EndsWith(".new", StringComparison.Ordinal) && Read(path) is { } attachment)
                attachments.Add(attachment);
        }

        return attachments;
    }

    private static CachedAttachment? Read(string path) => File.Exists(path) ? CachedAttachment.Read(File.ReadAllBytes(path)) : null;

    private string PathOf(string network, ContainerAttachment container) =>
        Path.Join(_results, $"{network}-{container.ContainerId}-{container.InterfaceName}");
}
