using Weft.Model.Dns;

namespace Weft.Dns.Zones;

/// <summary>Names of the zone itself, ready to be compared and written.</summary>
internal sealed class ZoneNames(DnsName origin)
{
    private readonly byte[] _services = origin.Prepend(DnsName.Parse("svc")).Wire.ToArray();

    public DnsName Origin => origin;

    /// <summary>How many bytes the name of a Service has behind its own two labels.</summary>
    public int ServiceSuffix => _services.Length;

    /// <summary>The first name server.</summary>
    public DnsName Server { get; } = origin.Prepend(DnsName.Parse("ns.dns"));

    /// <summary>The mailbox of whoever runs the zone (RFC 1035, section 8).</summary>
    public DnsName Mailbox { get; } = origin.Prepend(DnsName.Parse("hostmaster"));

    /// <summary>Writes the name of a Service, or of one of its endpoints; returns it.</summary>
    public ReadOnlySpan<byte> Write(ServiceEntry service, ReadOnlySpan<char> host, Span<byte> buffer)
    {
        var length = 0;
        if (!host.IsEmpty)
        {
            buffer[0] = (byte)host.Length;
            length = 1 + System.Text.Encoding.ASCII.GetBytes(host, buffer[1..]);
        }

        service.Key.CopyTo(buffer[length..]);
        length += service.Key.Length;
        _services.CopyTo(buffer[length..]);
        return buffer[..(length + _services.Length)];
    }
}
