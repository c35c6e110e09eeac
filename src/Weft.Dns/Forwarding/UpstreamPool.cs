using System.Collections.Concurrent;
using System.Net;
using Weft.Model.Dns;

namespace Weft.Dns.Forwarding;

/// <summary>Every server that is asked by some route, once, with its connections and what is known of its health.</summary>
internal sealed class UpstreamPool
{
    private readonly ConcurrentDictionary<(DnsUpstream Server, TimeSpan Idle), UpstreamState> _servers = new();

    /// <summary>The server of these settings.</summary>
    /// <param name="server">Where it is, and how it is spoken to.</param>
    /// <param name="idle">How long a connection that nobody uses stays open.</param>
    public UpstreamState Get(DnsUpstream server, TimeSpan idle) => _servers.GetOrAdd((server, idle), static key => new UpstreamState(Open(key.Server, key.Idle)));

    /// <summary>Closes all but these.</summary>
    public void Keep(IEnumerable<(DnsUpstream Server, TimeSpan Idle)> servers)
    {
        var kept = servers.ToHashSet();
        foreach (var server in _servers.Keys.Where(server => !kept.Contains(server)))
        {
            if (_servers.TryRemove(server, out var gone))
                gone.Dispose();
        }
    }

    private static IUpstream Open(DnsUpstream server, TimeSpan idle)
    {
        var end = new IPEndPoint(server.Address.ToIPAddress(), server.Port);
        return server.Transport switch
        {
            UpstreamTransport.Datagram => new PlainUpstream(end),
            UpstreamTransport.Stream => new StreamUpstream(end, tls: null, idle),
            _ => new StreamUpstream(end, new UpstreamTls(server.ServerName ?? server.Address.ToString()), idle),
        };
    }
}
