using System.Globalization;
using Weft.Model.Dns;

namespace Weft.Compilers.Dns;

/// <summary>A record as a line of a zone file has it (RFC 1035, section 5.1).</summary>
/// <param name="Owner">Whose record it is.</param>
/// <param name="Type">What it is.</param>
/// <param name="Ttl">Seconds that others may remember it.</param>
/// <param name="Data">Its data as text.</param>
public sealed record ZoneRecord(DnsName Owner, DnsType Type, uint Ttl, string Data)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Owner} {Ttl} IN {Type} {Data}");
}
