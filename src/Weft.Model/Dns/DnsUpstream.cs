using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Weft.Model.Dns;

/// <summary>How a server is spoken to.</summary>
public enum UpstreamTransport
{
    /// <summary>By datagrams, and on a connection where an answer is too long for one.</summary>
    Datagram,

    /// <summary>On connections only.</summary>
    Stream,

    /// <summary>On connections with TLS (RFC 7858).</summary>
    Tls,
}

/// <summary>A server that names of others are asked of: <c>192.0.2.53</c>, <c>[2001:db8::53]:5353</c> or <c>tls://192.0.2.53</c>.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Port">Its port: 53, or 853 with TLS, unless it says otherwise.</param>
/// <param name="Transport">How it is spoken to.</param>
/// <param name="ServerName">With TLS: the name that its certificate must have; null: the address itself.</param>
public sealed record DnsUpstream(IpAddress Address, ushort Port, UpstreamTransport Transport = UpstreamTransport.Datagram, string? ServerName = null)
{
    private const string Tls = "tls://", Plain = "dns://";

    /// <summary>Reads a server; <c>tls://192.0.2.53#dns.example</c> names it as well.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DnsUpstream? upstream)
    {
        upstream = null;
        var isTls = text.StartsWith(Tls, StringComparison.OrdinalIgnoreCase);
        var rest = isTls || text.StartsWith(Plain, StringComparison.OrdinalIgnoreCase) ? text[Tls.Length..] : text;
        string? name = null;
        if (rest.IndexOf('#', StringComparison.Ordinal) is var hash and >= 0)
            (rest, name) = (rest[..hash], rest[(hash + 1)..]);
        if (name is not null && (!isTls || name.Length == 0) || !TryReadEnd(rest, isTls ? (ushort)853 : (ushort)53, out var address, out var port))
            return false;
        upstream = new DnsUpstream(address, port, isTls ? UpstreamTransport.Tls : UpstreamTransport.Datagram, name);
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString()
    {
        var host = Address.IsV6 ? $"[{Address}]" : Address.ToString();
        var (scheme, usual) = Transport == UpstreamTransport.Tls ? (Tls, 853) : ("", 53);
        return string.Create(CultureInfo.InvariantCulture, $"{scheme}{host}{(Port == usual ? "" : $":{Port}")}{(ServerName is null ? "" : "#" + ServerName)}");
    }

    private static bool TryReadEnd(string text, ushort usual, out IpAddress address, out ushort port)
    {
        port = usual;
        if (IpAddress.TryParse(text, out address))
            return true;
        var colon = text.LastIndexOf(':');
        if (text.StartsWith('[') && text.EndsWith(']'))
            return IpAddress.TryParse(text.AsSpan(1, text.Length - 2), out address);
        return colon > 0 && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port != 0
            && (text[0] == '[' && text[colon - 1] == ']' ? IpAddress.TryParse(text.AsSpan(1, colon - 2), out address) && address.IsV6 : IpAddress.TryParse(text.AsSpan(0, colon), out address) && !address.IsV6);
    }
}
