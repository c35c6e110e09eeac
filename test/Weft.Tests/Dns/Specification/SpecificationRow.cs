using System.Globalization;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Tests.Dns.Specification;

/// <summary>A question and its answer, as a line of <c>queries.txt</c> has them.</summary>
/// <remarks>
/// <code>
/// NAME  TYPE[/CLASS]  OUTCOME  [RECORD; RECORD …] [+ NAME RECORD; NAME RECORD …]
/// </code>
/// A record is its type and data; those behind the plus stand in the additional section. Outcomes: NOERROR, NODATA, NXDOMAIN, REFUSED, FORMERR; FORWARD is a
/// name of others, FOLLOW an alias that leads to one.
/// </remarks>
internal sealed record SpecificationRow(DnsName Name, DnsType Type, DnsClass Class, string Outcome, IReadOnlyList<string> Answers, IReadOnlyList<string> Additional)
{
    private static readonly StringSplitOptions Trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

    /// <summary>Whether the answer tells by a SOA record for how long it is to be remembered (RFC 2308, sections 2.1 and 2.2).</summary>
    public bool IsNegative => Outcome is "NODATA" or "NXDOMAIN";

    /// <summary>The code of an answer by a server that asks nobody.</summary>
    public DnsCode Code => Outcome switch
    {
        "NOERROR" or "NODATA" or "FOLLOW" => DnsCode.NoError,
        "NXDOMAIN" => DnsCode.NXDomain,
        "REFUSED" or "FORWARD" => DnsCode.Refused,
        "FORMERR" => DnsCode.FormErr,
        _ => throw new FormatException($"there is no outcome '{Outcome}'"),
    };

    /// <summary>Reads a line.</summary>
    public static SpecificationRow Parse(string line)
    {
        var columns = line.Split(' ', 4, Trimmed);
        var sections = columns.Length > 3 ? columns[3].Split('+', 2, StringSplitOptions.TrimEntries) : [""];
        var type = columns[1].Split('/');
        return new SpecificationRow(
            DnsName.Parse(columns[0]),
            TypeOf(type[0]),
            type.Length > 1 ? Enum.Parse<DnsClass>(type[1]) : DnsClass.IN,
            columns[2],
            sections[0].Split(';', Trimmed),
            sections.Length > 1 ? sections[1].Split(';', Trimmed) : []);
    }

    private static DnsType TypeOf(string text) => text.StartsWith("TYPE", StringComparison.Ordinal)
        ? (DnsType)ushort.Parse(text.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture)
        : Enum.Parse<DnsType>(text);
}
