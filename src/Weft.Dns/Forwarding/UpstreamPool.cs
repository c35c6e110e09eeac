using System.Collections.Concurrent;
using System.Net;
using Weft.Model.Dns;

namespace Weft.Dns.Forwarding;

/// <summary>Every server that is asked by some route, once, with its connections and what is known of its health.</summary>
internal sealed class UpstreamPool
{
    private readonly ConcurrentDictionary<DnsUpstream, UpstreamState> _servers = new();

    /// <summary>The server of these settings.</summary>
    public UpstreamState Get(DnsUpstream server) => _servers.GetOrAdd(server, static server => new UpstreamState(Open(server)));

    /// <summary>Closes all but these.</summary>
    public void Keep(IEnumerable<DnsUpstream> servers)
    {
        var kept = servers.ToHashSet();
        foreach (var server in _servers.Keys.Where(server => !kept.Contains(server)))
        {
            if (_servers.TryRemove(server, out var gone) && gone.Upstream is IDisposable connections)
                connections.Dispose();
        }
    }

    private static PlainUpstream Open(DnsUpstream server) => new(new IPEndPoint(server.Address.ToIPAddress(), server.Port));
}
