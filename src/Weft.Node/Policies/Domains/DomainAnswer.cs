using Weft.Dns.Wire;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Node.Policies.Domains;

/// <summary>An address that an answer gives to a name, and for how long.</summary>
/// <param name="Name">The name that was asked for, or one that its aliases lead to.</param>
/// <param name="Address">The address.</param>
/// <param name="Ttl">How long that holds: the shortest time on the way from the name to the address.</param>
internal readonly record struct DomainFact(DnsName Name, IpAddress Address, TimeSpan Ttl);

/// <summary>Reads what an answer says of names that policies name. Records count that belong to the chain of aliases from the question.</summary>
internal static class DomainAnswer
{
    private const int MostAliases = 16;

    /// <summary>Whether it says anything of a name that is wanted. Allocates nothing.</summary>
    public static bool Speaks(ReadOnlySpan<byte> answer, DomainPatterns patterns)
    {
        var reader = new MessageReader(answer);
        Span<byte> chain = stackalloc byte[DnsName.MaxLength], owner = stackalloc byte[DnsName.MaxLength];
        if (patterns.IsEmpty || !TryBegin(ref reader, chain, out var length, out var count))
            return false;
        var isWanted = patterns.Wants(chain[..length]);
        for (var i = 0; i < count && !isWanted && reader.TryReadRecord(owner, out var record); i++)
        {
            if (IsAlias(owner, record, chain[..length]) && TryFollow(answer, record, chain, out length))
                isWanted = patterns.Wants(chain[..length]);
        }

        return isWanted;
    }

    /// <summary>What it says of names that are wanted.</summary>
    public static List<DomainFact> Read(ReadOnlySpan<byte> answer, DomainPatterns patterns)
    {
        var facts = new List<DomainFact>();
        var reader = new MessageReader(answer);
        Span<byte> chain = stackalloc byte[DnsName.MaxLength], owner = stackalloc byte[DnsName.MaxLength];
        if (!TryBegin(ref reader, chain, out var length, out var count))
            return facts;
        var names = new List<(DnsName Name, uint Ttl)> { (DnsName.FromWire(chain[..length]), uint.MaxValue) };
        for (var i = 0; i < count && reader.TryReadRecord(owner, out var record); i++)
        {
            if (IsAlias(owner, record, chain[..length]) && names.Count <= MostAliases && TryFollow(answer, record, chain, out length))
                names = [.. names.Select(known => known with { Ttl = uint.Min(known.Ttl, record.Ttl) }), (DnsName.FromWire(chain[..length]), uint.MaxValue)];
            else if (IsAddress(record) && NameBytes.Equal(owner[..record.OwnerLength], chain[..length]))
                Add(IpAddress.Read(answer.Slice(record.DataStart, record.DataLength)), record.Ttl);
        }

        return facts;

        void Add(IpAddress address, uint ttl)
        {
            foreach (var (name, most) in names.Where(known => patterns.Wants(known.Name.Wire)))
                facts.Add(new DomainFact(name, address, TimeSpan.FromSeconds(uint.Min(ttl, most))));
        }
    }

    /// <summary>Reads up to the records, where there may be addresses.</summary>
    private static bool TryBegin(ref MessageReader reader, scoped Span<byte> name, out int length, out int count)
    {
        (length, count) = (0, 0);
        if (!reader.TryReadHeader(out var header) || header.Answers == 0 || header.Questions != 1 || header.Code != DnsCode.NoError
            || !reader.TryReadQuestion(name, out var question))
            return false;
        (length, count) = (question.NameLength, header.Answers);
        return true;
    }

    private static bool IsAlias(ReadOnlySpan<byte> owner, in RecordHead record, ReadOnlySpan<byte> chain) =>
        record is { Type: DnsType.CNAME, Class: DnsClass.IN } && NameBytes.Equal(owner[..record.OwnerLength], chain);

    private static bool TryFollow(ReadOnlySpan<byte> answer, in RecordHead record, Span<byte> chain, out int length)
    {
        Span<byte> target = stackalloc byte[2 * DnsName.MaxLength];
        length = RecordData.Expand(answer, record, target);
        if (length is < 1 or > DnsName.MaxLength)
            return false;
        target[..length].CopyTo(chain);
        return true;
    }

    private static bool IsAddress(in RecordHead record) =>
        record is { Class: DnsClass.IN, Type: DnsType.A, DataLength: 4 } or { Class: DnsClass.IN, Type: DnsType.AAAA, DataLength: 16 };
}
