using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Weft.Dns.Wire;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Zones;

/// <content>Questions. Nothing here allocates, but for pods named by an IPv6 address.</content>
public sealed partial class ClusterZone
{
    private const int TotalWeight = 100;

    private readonly ZoneNames _names;

    /// <summary>Writes what the zone knows about a name, behind the question.</summary>
    /// <param name="name">The name, in any case.</param>
    /// <param name="type">The type asked for.</param>
    /// <param name="turn">Which of several addresses comes first; callers count it up, so that clients spread.</param>
    /// <param name="writer">The answer.</param>
    /// <param name="counts">What was written to it.</param>
    public ZoneOutcome Answer(ReadOnlySpan<byte> name, DnsType type, uint turn, ref MessageWriter writer, ref SectionCounts counts)
    {
        var outcome = NameBytes.IsWithin(name, _names.Origin.Wire)
            ? Inside(new ZoneLabels(name, _names.Origin.Wire), type, turn, ref writer, ref counts)
            : Reverse(name, type, ref writer, ref counts);
        if (outcome is ZoneOutcome.NoData or ZoneOutcome.NoName)
            WriteStart(ref writer, ref counts.Authorities);
        return outcome;
    }

    /// <summary>What the zone would say, and where an alias of it leads that ends elsewhere.</summary>
    internal (ZoneOutcome Outcome, DnsName? Target) Probe(ReadOnlySpan<byte> name, DnsType type)
    {
        Span<byte> buffer = stackalloc byte[Serving.Responder.LongestDatagram];
        var writer = new MessageWriter(buffer);
        writer.TryWriteQuestion(name, type);
        var counts = default(SectionCounts);
        var outcome = Answer(name, type, 0, ref writer, ref counts);
        return outcome == ZoneOutcome.Alias && DnsMessage.TryRead(writer.Finish(new DnsHeader(0, DnsFlags.Response, 1, counts.Answers)), out var own)
            ? (outcome, DnsName.FromWire(own.Answers[^1].Data.Span))
            : (outcome, null);
    }

    private ZoneOutcome Inside(in ZoneLabels labels, DnsType type, uint turn, ref MessageWriter writer, ref SectionCounts counts)
    {
        if (labels.Count == 0)
            return Apex(labels.Name, type, ref writer, ref counts);
        var top = labels.FromEnd(1);
        if (NameBytes.Equal(top, "svc"u8))
            return labels.Count <= 2 ? Level(labels) : Service(labels, type, turn, ref writer, ref counts);
        if (NameBytes.Equal(top, "pod"u8) && _settings.Pods != PodRecords.Off)
            return labels.Count <= 2 ? Level(labels) : Pod(labels, type, ref writer, ref counts);
        if (NameBytes.Equal(top, "dns"u8))
            return Server(labels, type, ref writer, ref counts);
        if (labels.Count != 1 || !NameBytes.Equal(top, "dns-version"u8))
            return ZoneOutcome.NoName;
        return type is DnsType.TXT or DnsType.ANY ? Wrote(writer.TryWriteRecord(labels.Name, DnsType.TXT, _settings.Ttl, Version), ref counts) : ZoneOutcome.NoData;
    }

    private ZoneOutcome Apex(ReadOnlySpan<byte> name, DnsType type, ref MessageWriter writer, ref SectionCounts counts)
    {
        if (type is not (DnsType.SOA or DnsType.NS or DnsType.ANY))
            return ZoneOutcome.NoData;
        if (type != DnsType.NS)
            WriteStart(ref writer, ref counts.Answers);
        if (type != DnsType.SOA)
            Wrote(writer.TryWriteNameRecord(name, DnsType.NS, _settings.Ttl, [], _names.Server.Wire), ref counts);
        return ZoneOutcome.Found;
    }

    /// <summary><c>svc</c>, <c>pod</c>, and the namespaces below.</summary>
    private ZoneOutcome Level(in ZoneLabels labels) => labels.Count == 1 || HasNamespace(labels.FromEnd(2)) ? ZoneOutcome.NoData : ZoneOutcome.NoName;

    private bool HasNamespace(ReadOnlySpan<byte> label)
    {
        Span<byte> key = stackalloc byte[1 + DnsName.MaxLabelLength];
        key[0] = (byte)label.Length;
        label.CopyTo(key[1..]);
        key = key[..(1 + label.Length)];
        foreach (var entry in _namespaces.Bucket(NameBytes.Hash(key)))
        {
            if (NameBytes.Equal(entry.Key, key))
                return true;
        }

        return false;
    }

    private ZoneOutcome Server(in ZoneLabels labels, DnsType type, ref MessageWriter writer, ref SectionCounts counts)
    {
        if (labels.Count == 1)
            return ZoneOutcome.NoData;
        return labels.Count == 2 && NameBytes.Equal(labels.FromEnd(2), "ns"u8)
            ? Addresses(labels.Name, _settings.Servers.AsSpan(), type, 0, ref writer, ref counts)
            : ZoneOutcome.NoName;
    }

    private ZoneOutcome Pod(in ZoneLabels labels, DnsType type, ref MessageWriter writer, ref SectionCounts counts) =>
        labels.Count == 3 && HasNamespace(labels.FromEnd(2)) && DashedAddress.TryParse(labels.FromEnd(3), out var address)
        && (_settings.Pods != PodRecords.Verified || _settings.PodAddresses?.Has(labels.FromEnd(2), address) is true)
            ? Addresses(labels.Name, [address], type, 0, ref writer, ref counts)
            : ZoneOutcome.NoName;

    private ZoneOutcome Service(in ZoneLabels labels, DnsType type, uint turn, ref MessageWriter writer, ref SectionCounts counts)
    {
        if (labels.Count > 5 || Find(labels.TwoFromEnd(3)) is not { Exists: true } service)
            return ZoneOutcome.NoName;
        if (service.Service.Alias is { } alias)
            return labels.Count == 3 ? Alias(labels.Name, alias, type, turn, ref writer, ref counts) : ZoneOutcome.NoName;
        return labels.Count switch
        {
            3 => Addresses(labels.Name, service.Addresses.AsSpan(), type, turn, ref writer, ref counts),
            4 => Protocol(service, labels.FromEnd(4)) ? ZoneOutcome.NoData : Host(labels, service, type, ref writer, ref counts),
            _ => Port(labels, service, type, ref writer, ref counts),
        };
    }

    private ServiceEntry? Find(ReadOnlySpan<byte> key)
    {
        foreach (var entry in _services.Bucket(NameBytes.Hash(key)))
        {
            if (NameBytes.Equal(entry.Key, key))
                return entry;
        }

        return null;
    }

    // As far as the target is of this zone, its records follow at once (RFC 1034, section 3.6.2); a circle is gone through once.
    private ZoneOutcome Alias(ReadOnlySpan<byte> name, DnsName alias, DnsType type, uint turn, ref MessageWriter writer, ref SectionCounts counts)
    {
        var owner = name;
        var passed = default(Passed);
        for (var count = 0; ; count++)
        {
            Wrote(writer.TryWriteNameRecord(owner, DnsType.CNAME, _settings.Ttl, [], alias.Wire), ref counts);
            if (type is DnsType.CNAME or DnsType.ANY || counts.Truncated)
                return ZoneOutcome.Found;
            if (!alias.IsWithin(_names.Origin))
                return ZoneOutcome.Alias;
            var labels = new ZoneLabels(alias.Wire, _names.Origin.Wire);
            if (AliasOf(labels) is not { } next)
                return Inside(labels, type, turn, ref writer, ref counts);
            if (count == Passed.Most || NameBytes.Equal(alias.Wire, name) || ((ReadOnlySpan<DnsName>)passed)[..count].Contains(alias))
                return ZoneOutcome.Found;
            passed[count] = alias;
            owner = alias.Wire;
            alias = next;
        }
    }

    private DnsName? AliasOf(in ZoneLabels labels) =>
        labels.Count == 3 && NameBytes.Equal(labels.FromEnd(1), "svc"u8) && Find(labels.TwoFromEnd(3)) is { Exists: true } service ? service.Service.Alias : null;

    /// <summary>Aliases of a chain that were written.</summary>
    [InlineArray(Most)]
    private struct Passed
    {
        public const int Most = 8;
        private DnsName _first;
    }

    private static bool Protocol(ServiceEntry service, ReadOnlySpan<byte> label)
    {
        if (PortLabels.ProtocolOf(label) is not { } protocol)
            return false;
        var ports = new ServicePorts(service);
        while (ports.MoveNext())
        {
            if (ports.Port.Protocol == protocol)
                return true;
        }

        return false;
    }

    private ZoneOutcome Host(in ZoneLabels labels, ServiceEntry service, DnsType type, ref MessageWriter writer, ref SectionCounts counts)
    {
        foreach (var endpoint in service.Service.Endpoints.AsSpan())
        {
            if (PortLabels.Equal(labels.FromEnd(4), endpoint.HostName))
                return Addresses(labels.Name, endpoint.Addresses.AsSpan(), type, 0, ref writer, ref counts);
        }

        return ZoneOutcome.NoName;
    }

    private ZoneOutcome Port(in ZoneLabels labels, ServiceEntry service, DnsType type, ref MessageWriter writer, ref SectionCounts counts)
    {
        if (PortLabels.ProtocolOf(labels.FromEnd(4)) is not { } protocol)
            return ZoneOutcome.NoName;
        var label = labels.FromEnd(5);
        var same = 0;
        for (var ports = new ServicePorts(service); ports.MoveNext();)
            same += ports.Is(protocol, label) ? 1 : 0;
        if (same == 0)
            return ZoneOutcome.NoName;
        if (type is not (DnsType.SRV or DnsType.ANY))
            return ZoneOutcome.NoData;

        Span<byte> target = stackalloc byte[DnsName.MaxLength], data = stackalloc byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(data[2..], (ushort)Math.Max(1, TotalWeight / same));
        for (var ports = new ServicePorts(service); ports.MoveNext();)
        {
            if (!ports.Is(protocol, label))
                continue;
            BinaryPrimitives.WriteUInt16BigEndian(data[4..], ports.Port.Number);
            Wrote(writer.TryWriteNameRecord(labels.Name, DnsType.SRV, _settings.Ttl, data, _names.Write(service, ports.HostName, target)), ref counts);
        }

        if (!counts.Truncated)
            WriteTargets(service, protocol, label, ref writer, ref counts);
        return ZoneOutcome.Found;
    }

    /// <summary>Addresses of what SRV names, for clients that would ask next; as many as there is room for.</summary>
    private void WriteTargets(ServiceEntry service, Weft.Model.Services.L4Protocol protocol, ReadOnlySpan<byte> label, ref MessageWriter writer, ref SectionCounts counts)
    {
        Span<byte> target = stackalloc byte[DnsName.MaxLength];
        var last = -2;
        for (var ports = new ServicePorts(service); ports.MoveNext();)
        {
            if (!ports.Is(protocol, label) || ports.Endpoint == last)
                continue;
            last = ports.Endpoint;
            foreach (var address in ports.Addresses)
            {
                if (!TryWrite(_names.Write(service, ports.HostName, target), address, ref writer))
                    return;
                counts.Additional++;
            }
        }
    }

    private ZoneOutcome Reverse(ReadOnlySpan<byte> name, DnsType type, ref MessageWriter writer, ref SectionCounts counts)
    {
        if (!ReverseName.TryParse(name, out var address))
            return ZoneOutcome.Elsewhere;
        var outcome = ZoneOutcome.Elsewhere;
        Span<byte> target = stackalloc byte[DnsName.MaxLength];
        var bucket = _reverse.Bucket(address.GetHashCode());
        for (var i = 0; i < bucket.Length; i++)
        {
            // An entry with several addresses may stand here once for each.
            var entry = bucket[i];
            if (!entry.Has(address) || bucket[..i].Contains(entry))
                continue;
            outcome = type is DnsType.PTR or DnsType.ANY
                ? Wrote(writer.TryWriteNameRecord(name, DnsType.PTR, _settings.Ttl, [], _names.Write(entry.Owner, entry.HostName, target)), ref counts)
                : ZoneOutcome.NoData;
        }

        return outcome;
    }

    private ZoneOutcome Addresses(ReadOnlySpan<byte> owner, scoped ReadOnlySpan<IpAddress> addresses, DnsType type, uint turn, ref MessageWriter writer, ref SectionCounts counts)
    {
        var (found, start) = (false, addresses.Length == 0 ? 0 : (int)(turn % (uint)addresses.Length));
        for (var i = 0; i < addresses.Length; i++)
        {
            var address = addresses[(start + i) % addresses.Length];
            if (type != DnsType.ANY && type != (address.IsV6 ? DnsType.AAAA : DnsType.A))
                continue;
            found = true;
            Wrote(TryWrite(owner, address, ref writer), ref counts);
        }

        return found ? ZoneOutcome.Found : ZoneOutcome.NoData;
    }

    private bool TryWrite(scoped ReadOnlySpan<byte> owner, IpAddress address, ref MessageWriter writer)
    {
        Span<byte> data = stackalloc byte[16];
        address.Write(data);
        return writer.TryWriteRecord(owner, address.IsV6 ? DnsType.AAAA : DnsType.A, _settings.Ttl, data[..address.ByteLength]);
    }

    private static ZoneOutcome Wrote(bool written, ref SectionCounts counts)
    {
        if (written)
            counts.Answers++;
        else
            counts.Truncated = true;
        return ZoneOutcome.Found;
    }

    internal void WriteStart(ref MessageWriter writer, ref ushort count)
    {
        if (writer.TryWriteSoa(_names.Origin.Wire, _settings.Ttl, _names.Server.Wire, _names.Mailbox.Wire, Times))
            count++;
    }
}
