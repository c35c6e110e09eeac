using Weft.Cni.Protocol;
using Weft.Model;

namespace Weft.Cni.HostLocal;

/// <summary>Reads resolver settings from a file in the form of resolv.conf(5).</summary>
public static class ResolvConf
{
    /// <summary>Reads the file.</summary>
    /// <exception cref="CniException">It cannot be read.</exception>
    public static CniDns Read(string path)
    {
        try
        {
            return Parse(File.ReadLines(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CniException(CniErrorCode.InvalidConfig, $"cannot read resolvConf {path}: {error.Message}", inner: error);
        }
    }

    /// <summary>Reads the lines; unknown keywords and comments are skipped, of several domains and search lists the last counts.</summary>
    public static CniDns Parse(IEnumerable<string> lines)
    {
        var dns = CniDns.Empty;
        var servers = new List<string>();
        var options = new List<string>();
        foreach (var line in lines)
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || words[0][0] is '#' or ';')
                continue;
            if (words[0] == "nameserver")
                servers.Add(words[1]);
            else if (words[0] == "domain")
                dns = dns with { Domain = words[1] };
            else if (words[0] == "search")
                dns = dns with { Search = words[1..].ToEquatableArray() };
            else if (words[0] == "options")
                options.AddRange(words[1..]);
        }

        return dns with { Nameservers = servers.ToEquatableArray(), Options = options.ToEquatableArray() };
    }
}
