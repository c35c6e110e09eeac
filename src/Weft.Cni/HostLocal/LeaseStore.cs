using System.Text;
using Weft.Cni.Plugins;
using Weft.Model;
using Weft.Netlink.Libc;

namespace Weft.Cni.HostLocal;

/// <summary>The leases of one network on disk, locked against other processes from opening to disposal.</summary>
/// <remarks>
/// The layout is the reference plugin's, and the two may take turns on one folder:
/// <code>
/// DIR/NETWORK/lock                  flock(2)
/// DIR/NETWORK/10.22.0.7             "CONTAINER\r\nIFNAME": the lease; its name is the address
/// DIR/NETWORK/last_reserved_ip.0    the address that range set 0 handed out last
/// DIR/NETWORK/released              ours: addresses that rest before somebody gets them again
/// </code>
/// Older files hold the container id alone. An empty file is what a plugin left that was killed between making the file and
/// writing it; writers hold the lock, so it is free.
/// </remarks>
public sealed class LeaseStore : IDisposable
{
    private const string LastPrefix = "last_reserved_ip.";
    private const string LineBreak = "\r\n";

    private readonly string _directory;
    private readonly FileLock _lock;

    private LeaseStore(string directory, FileLock held)
    {
        _directory = directory;
        _lock = held;
    }

    /// <summary>Makes the network's folder when missing, and waits for its lock.</summary>
    /// <exception cref="IOException">The folder cannot be made or read.</exception>
    public static LeaseStore Open(string dataDirectory, string network)
    {
        var directory = Path.Join(dataDirectory, network);
        if (!Directory.Exists(directory))
            Directory.CreateDirectory(directory);
        return new LeaseStore(directory, FileLock.Acquire(Path.Join(directory, "lock")));
    }

    /// <summary>The network's folder.</summary>
    public string Folder => _directory;

    /// <summary>Takes the address for the attachment, and remembers it as the range set's last.</summary>
    /// <returns>False when somebody holds it.</returns>
    public bool TryReserve(IpAddress address, Attachment holder, int rangeSet)
    {
        var path = PathOf(address);
        if (File.Exists(path) && new FileInfo(path).Length > 0)
            return false;
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes($"{holder.ContainerId}{LineBreak}{holder.InterfaceName}"));
        File.WriteAllBytes(LastPath(rangeSet), Encoding.UTF8.GetBytes(address.ToString()));
        return true;
    }

    /// <summary>The address that the range set handed out last, or null.</summary>
    public IpAddress? LastReserved(int rangeSet)
    {
        var path = LastPath(rangeSet);
        return File.Exists(path) && IpAddress.TryParse(File.ReadAllText(path).Trim(), out var address) ? address : null;
    }

    /// <summary>Every lease of the network, in no order. Empty files are removed on the way.</summary>
    public IEnumerable<Lease> All()
    {
        foreach (var path in Directory.EnumerateFiles(_directory))
        {
            if (!IpAddress.TryParse(Path.GetFileName(path), out var address))
                continue;
            if (Read(path) is { } holder)
                yield return new Lease(address, holder.ContainerId, holder.InterfaceName);
            else
                File.Delete(path);
        }
    }

    /// <summary>The leases of one attachment.</summary>
    public List<IpAddress> Of(Attachment holder)
    {
        var addresses = new List<IpAddress>();
        foreach (var lease in All())
        {
            if (lease.BelongsTo(holder))
                addresses.Add(lease.Address);
        }

        return addresses;
    }

    /// <summary>Gives the address back; one that is free already is no error.</summary>
    public void Release(IpAddress address) => File.Delete(PathOf(address));

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static (string ContainerId, string? InterfaceName)? Read(string path)
    {
        var text = File.ReadAllText(path).Trim();
        if (text.Length == 0)
            return null;
        var end = text.IndexOf('\n');
        return end < 0 ? (text, null) : (text[..end].TrimEnd('\r'), text[(end + 1)..]);
    }

    private string PathOf(IpAddress address) => Path.Join(_directory, address.ToString());

    private string LastPath(int rangeSet) => Path.Join(_directory, $"{LastPrefix}{rangeSet}");
}

/// <summary>An address that is taken.</summary>
/// <param name="Address">The address.</param>
/// <param name="ContainerId">Who holds it.</param>
/// <param name="InterfaceName">On which interface; null in files of old plugins.</param>
public sealed record Lease(IpAddress Address, string ContainerId, string? InterfaceName)
{
    /// <summary>Whether the attachment holds it.</summary>
    public bool BelongsTo(Attachment holder) =>
        ContainerId == holder.ContainerId && (InterfaceName is null || InterfaceName == holder.InterfaceName);
}
