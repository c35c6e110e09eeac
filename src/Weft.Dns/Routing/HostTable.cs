using System.Collections.Frozen;
using Weft.Dns.Caching;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Routing;

/// <summary>Names with addresses of their own, where queries find them. Immutable; nothing allocates.</summary>
internal sealed class HostTable
{
    private static readonly CacheLimits Limits = new() { MaxTtl = TimeSpan.FromSeconds(uint.MaxValue) };

    private readonly DnsHosts _hosts;
    private readonly TimeProvider _time;
    private readonly FrozenDictionary<DnsName, IpAddress[]> _addresses;
    private readonly FrozenDictionary<IpAddress, DnsName> _names;

    public HostTable(DnsHosts hosts, TimeProvider time)
    {
        (_hosts, _time) = (hosts, time);
        _addresses = hosts.Entries.GroupBy(host => host.Name).ToFrozenDictionary(group => group.Key, group => group.Select(host => host.Address).Distinct().ToArray(), new NameComparer());
        _names = (hosts.IsReversible ? hosts.Entries : []).GroupBy(host => host.Address).ToFrozenDictionary(group => group.Key, group => group.First().Name);
    }

    /// <summary>Whether it has anything to say.</summary>
    public bool IsEmpty => _hosts.IsEmpty;

    /// <summary>What it has, as if others had said it: for names that aliases lead to.</summary>
    public CachedAnswer? Known(ReadOnlySpan<byte> name, DnsType type)
    {
        if (!Knows(name))
            return null;
        var writer = new MessageWriter(new byte[Responder.LongestMessage]);
        writer.TryWriteQuestion(name, type);
        var counts = default(SectionCounts);
        var code = Answer(name, type, ref writer, ref counts) == ZoneOutcome.NoName ? DnsCode.NXDomain : DnsCode.NoError;
        return new AnswerReader(Limits).Read(writer.Finish(new DnsHeader(0, DnsFlags.Response | (DnsFlags)code, 1, counts.Answers)), name, type, _time.GetUtcNow());
    }

    private bool Knows(ReadOnlySpan<byte> name) => !IsEmpty && (Addresses(name) is not null || IsReverse(name, out _) || Denies(name));

    /// <summary>Writes what it has.</summary>
    /// <returns><see cref="ZoneOutcome.Elsewhere"/> when others know about the name.</returns>
    public ZoneOutcome Answer(ReadOnlySpan<byte> name, DnsType type, ref MessageWriter writer, ref SectionCounts counts)
    {
        if (Addresses(name) is { } addresses)
            return Answer(name, type, addresses, ref writer, ref counts);
        if (!IsReverse(name, out var target))
            return Denies(name) ? ZoneOutcome.NoName : ZoneOutcome.Elsewhere;
        if (type is not (DnsType.PTR or DnsType.ANY))
            return ZoneOutcome.NoData;
        Count(writer.TryWriteNameRecord(name, DnsType.PTR, _hosts.Ttl, [], target.Wire), ref counts);
        return ZoneOutcome.Found;
    }

    private ZoneOutcome Answer(ReadOnlySpan<byte> name, DnsType type, IpAddress[] addresses, ref MessageWriter writer, ref SectionCounts counts)
    {
        Span<byte> data = stackalloc byte[16];
        var outcome = ZoneOutcome.NoData;
        foreach (var address in addresses)
        {
            var own = address.IsV6 ? DnsType.AAAA : DnsType.A;
            if (type != own && type != DnsType.ANY)
                continue;
            address.Write(data);
            Count(writer.TryWriteRecord(name, own, _hosts.Ttl, data[..address.ByteLength]), ref counts);
            outcome = ZoneOutcome.Found;
        }

        return outcome;
    }

    private static void Count(bool written, ref SectionCounts counts)
    {
        counts.Answers += (ushort)(written ? 1 : 0);
        counts.Truncated |= !written;
    }

    private IpAddress[]? Addresses(ReadOnlySpan<byte> name) =>
        _addresses.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var addresses) ? addresses : null;

    private bool IsReverse(ReadOnlySpan<byte> name, out DnsName target)
    {
        target = default;
        return _names.Count > 0 && ReverseName.TryParse(name, out var address) && _names.TryGetValue(address, out target);
    }

    private bool Denies(ReadOnlySpan<byte> name) => IsWithin(name, _hosts.Denies) && !IsWithin(name, _hosts.Passes);

    private static bool IsWithin(ReadOnlySpan<byte> name, EquatableArray<DnsName> ends)
    {
        foreach (var end in ends.AsSpan())
        {
            if (NameBytes.IsWithin(name, end.Wire))
                return true;
        }

        return false;
    }

    private sealed class NameComparer : IEqualityComparer<DnsName>, IAlternateEqualityComparer<ReadOnlySpan<byte>, DnsName>
    {
        public bool Equals(DnsName x, DnsName y) => x == y;

        public bool Equals(ReadOnlySpan<byte> alternate, DnsName other) => NameBytes.Equal(alternate, other.Wire);

        public int GetHashCode(DnsName obj) => obj.GetHashCode();

        public int GetHashCode(ReadOnlySpan<byte> alternate) => NameBytes.Hash(alternate);

        public DnsName Create(ReadOnlySpan<byte> alternate) => DnsName.FromWire(alternate);
    }
}
