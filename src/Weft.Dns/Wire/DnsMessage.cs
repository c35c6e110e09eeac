using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Weft.Model.Dns;

namespace Weft.Dns.Wire;

/// <summary>A question.</summary>
public sealed record DnsQuestion(DnsName Name, DnsType Type, DnsClass Class = DnsClass.IN)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Class} {Type}";
}

/// <summary>A record.</summary>
/// <param name="Ttl">Seconds that others may remember it.</param>
/// <param name="Data">Its data, names written out.</param>
public sealed record DnsRecord(DnsName Name, DnsType Type, uint Ttl, ReadOnlyMemory<byte> Data, DnsClass Class = DnsClass.IN)
{
    /// <summary>The line of a zone file.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Ttl} {Class} {Type} {RecordData.Text(Type, Data.Span)}");
}

/// <summary>A whole message as objects: for commands and tests. What answers queries reads and writes spans instead.</summary>
public sealed record DnsMessage(DnsHeader Header, IReadOnlyList<DnsQuestion> Questions, IReadOnlyList<DnsRecord> Answers, IReadOnlyList<DnsRecord> Authorities, IReadOnlyList<DnsRecord> Additional)
{
    /// <summary>What its OPT record says; null without one.</summary>
    public Edns? Edns { get; private init; }

    /// <summary>What came of the question, with the bits that EDNS adds.</summary>
    public DnsCode Code => (DnsCode)((ushort)Header.Code | ((Edns?.UpperCode ?? 0) << 4));

    /// <summary>Reads a message; false when any part of it is unsound.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DnsMessage? message)
    {
        message = null;
        var reader = new MessageReader(bytes);
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        if (!reader.TryReadHeader(out var header))
            return false;
        var questions = new List<DnsQuestion>();
        for (var i = 0; i < header.Questions; i++)
        {
            if (!reader.TryReadQuestion(name, out var question))
                return false;
            questions.Add(new DnsQuestion(DnsName.FromWire(name[..question.NameLength]), question.Type, question.Class));
        }

        Edns? edns = null;
        if (!TryReadRecords(ref reader, bytes, header.Answers, ref edns, out var answers)
            || !TryReadRecords(ref reader, bytes, header.Authorities, ref edns, out var authorities)
            || !TryReadRecords(ref reader, bytes, header.Additional, ref edns, out var additional))
            return false;
        message = new DnsMessage(header, questions, answers, authorities, additional) { Edns = edns };
        return true;
    }

    private static bool TryReadRecords(ref MessageReader reader, ReadOnlySpan<byte> bytes, int count, ref Edns? edns, out List<DnsRecord> records)
    {
        records = [];
        Span<byte> owner = stackalloc byte[DnsName.MaxLength];
        byte[]? buffer = null;
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadRecord(owner, out var head))
                return false;
            if (head.Type == DnsType.OPT)
            {
                edns = Wire.Edns.Read(head);
                continue;
            }

            var length = RecordData.Expand(bytes, head, buffer ??= new byte[RecordData.MaxExpanded]);
            if (length < 0)
                return false;
            records.Add(new DnsRecord(DnsName.FromWire(owner[..head.OwnerLength]), head.Type, head.Ttl, buffer.AsMemory(0, length).ToArray(), head.Class));
        }

        return true;
    }
}
