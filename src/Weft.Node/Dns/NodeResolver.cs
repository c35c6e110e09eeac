using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Node.Dns;

/// <summary>Whom the node itself asks: what its <c>/etc/resolv.conf</c> says, looked at again when the file was written.</summary>
/// <param name="path">The file; empty for none.</param>
internal sealed class NodeResolver(string path)
{
    private DateTime _written;
    private volatile ResolvConf _read = new([], [], 1);

    /// <summary>What the file said at the last look.</summary>
    public ResolvConf Last => _read;

    /// <summary>Its search list, as of the last look.</summary>
    public EquatableArray<DnsName> Search => _read.Search;

    /// <summary>The servers of now; those of before while the file cannot be read.</summary>
    public EquatableArray<IpAddress> Servers()
    {
        if (path.Length == 0)
            return _read.Servers;
        try
        {
            var written = File.GetLastWriteTimeUtc(path);
            if (written != _written)
                _read = ResolvConf.Parse(File.ReadAllText(path));
            _written = written;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Who writes the file anew may have removed it for a moment.
        }

        return _read.Servers;
    }
}
