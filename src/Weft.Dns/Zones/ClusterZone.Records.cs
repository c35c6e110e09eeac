using System.Buffers.Binary;
using Weft.Dns.Wire;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Zones;

/// <content>All records, for whoever takes the whole zone.</content>
public sealed partial class ClusterZone
{
    /// <summary>The name of the zone.</summary>
    public DnsName Origin => _names.Origin;

    /// <summary>What its names lead to.</summary>
    internal DnsTable Table => _table;

    /// <summary>The start of the zone.</summary>
    public DnsRecord Start
    {
        get
        {
            var data = new byte[_names.Server.Wire.Length + _names.Mailbox.Wire.Length + 20];
            _names.Server.Wire.CopyTo(data);
            _names.Mailbox.Wire.CopyTo(data.AsSpan(_names.Server.Wire.Length));
            Times.Write(data.AsSpan(data.Length - 20));
            return new DnsRecord(Origin, DnsType.SOA, _settings.Ttl, data);
        }
    }

    /// <summary>Every record of the zone but its start, one by one. Pods by their addresses are not among them: there is one for every address that there could be.</summary>
    public IEnumerable<DnsRecord> Records()
    {
        yield return new DnsRecord(Origin, DnsType.NS, _settings.Ttl, _names.Server.Wire.ToArray());
        foreach (var address in _settings.Servers)
            yield return AddressOf(_names.Server, address);
        yield return new DnsRecord(Origin.Prepend(DnsName.Parse("dns-version")), DnsType.TXT, _settings.Ttl, Version.ToArray());
        foreach (var service in _table.Services)
        {
            foreach (var record in Records(new ServiceEntry(service, _names.ServiceSuffix)))
                yield return record;
        }
    }

    private static ReadOnlySpan<byte> Version => "\u00051.1.0"u8;

    private SoaTimes Times => new(Serial, Refresh: 7200, Retry: 1800, Expire: 86400, Minimum: _settings.Ttl);

    private IEnumerable<DnsRecord> Records(ServiceEntry entry)
    {
        if (!entry.Exists || !entry.HasRoom)
            yield break;
        var name = NameOf(entry, "");
        if (entry.Service.Alias is { } alias)
        {
            yield return new DnsRecord(name, DnsType.CNAME, _settings.Ttl, alias.Wire.ToArray());
            yield break;
        }

        foreach (var address in entry.Addresses)
            yield return AddressOf(name, address);
        foreach (var endpoint in entry.Service.Endpoints.Where(entry.HasName))
        {
            foreach (var address in endpoint.Addresses)
                yield return AddressOf(NameOf(entry, endpoint.HostName), address);
        }

        foreach (var record in PortRecords(entry, name))
            yield return record;
    }

    private List<DnsRecord> PortRecords(ServiceEntry entry, DnsName name)
    {
        var all = new List<(DnsPort Port, string Host)>();
        for (var ports = new ServicePorts(entry); ports.MoveNext();)
            all.Add((ports.Port, ports.HostName.ToString()));
        var same = all.CountBy(one => (one.Port.Name, one.Port.Protocol)).ToDictionary();
        return [.. all.Where(one => IsShortEnough(one.Port, name)).Select(one => PortRecord(entry, name, one.Port, one.Host, Math.Max(1, TotalWeight / same[(one.Port.Name, one.Port.Protocol)])))];
    }

    private static bool IsShortEnough(DnsPort port, DnsName name) => LabelsOf(port).Wire.Length - 1 + name.Wire.Length <= DnsName.MaxLength;

    private DnsRecord PortRecord(ServiceEntry entry, DnsName name, DnsPort port, string host, int weight)
    {
        var target = NameOf(entry, host);
        var data = new byte[6 + target.Wire.Length];
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(2), (ushort)weight);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4), port.Number);
        target.Wire.CopyTo(data.AsSpan(6));
        return new DnsRecord(name.Prepend(LabelsOf(port)), DnsType.SRV, _settings.Ttl, data);
    }

    private static DnsName LabelsOf(DnsPort port) => DnsName.Parse($"_{port.Name}._{port.Protocol.ToString().ToLowerInvariant()}");

    private DnsName NameOf(ServiceEntry entry, string host)
    {
        Span<byte> buffer = stackalloc byte[DnsName.MaxLength];
        return DnsName.FromWire(_names.Write(entry, host, buffer));
    }

    private DnsRecord AddressOf(DnsName owner, IpAddress address) => new(owner, address.IsV6 ? DnsType.AAAA : DnsType.A, _settings.Ttl, address.ToBytes());
}
