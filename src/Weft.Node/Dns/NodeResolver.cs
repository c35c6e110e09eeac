using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Node.Dns;

/// <summary>Whom the node itself asks: the servers of its <c>/etc/resolv.conf</c>, looked at again when the file was written.</summary>
/// <param name="path">The file; empty for none.</param>
internal sealed class NodeResolver(string path)
{
    private DateTime _written;
    private EquatableArray<IpAddress> _servers;

    /// <summary>Its search list, as of the last look at the file.</summary>
    public EquatableArray<DnsName> Search { get; private set; }

    /// <summary>The servers of now; those of before while the file cannot be read.</summary>
    public EquatableArray<IpAddress> Servers()
    {
        if (path.Length == 0)
            return _servers;
        try
        {
            var written = File.GetLastWriteTimeUtc(path);
            if (written != _written)
                (_servers, Search, _) = ResolvConf.Parse(File.ReadAllText(path));
            _written = written;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Who writes the file anew may have removed it for a moment.
        }

        return _servers;
    }
}
