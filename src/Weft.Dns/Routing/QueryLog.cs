using System.Globalization;
using System.Text;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Dns.Routing;

/// <summary>Writes a line for each question of routes that want it, in the common format of CoreDNS' plugin log.</summary>
/// <remarks><c>[INFO] 10.244.1.7:41000 - 29008 "A IN example.org. udp 41 false 4096" NOERROR qr,rd,ra 68 0.037990251s</c></remarks>
/// <param name="routes">The routes of now.</param>
/// <param name="write">Where lines go.</param>
internal sealed class QueryLog(Func<RouteTable> routes, Action<string> write) : IAnswerObserver
{
    private static readonly (DnsFlags Flag, string Name)[] Flags =
    [
        (DnsFlags.Response, "qr"), (DnsFlags.Authoritative, "aa"), (DnsFlags.Truncated, "tc"), (DnsFlags.RecursionDesired, "rd"),
        (DnsFlags.RecursionAvailable, "ra"), (DnsFlags.AuthenticData, "ad"), (DnsFlags.CheckingDisabled, "cd"),
    ];

    /// <inheritdoc/>
    public void Answered(in AnswerSeen seen)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        var query = DnsQuery.Read(seen.Query, name);
        if (query.Name.IsEmpty || seen.Answer.Length < DnsHeader.Length)
            return;
        var answer = DnsHeader.Read(seen.Answer);
        if (routes().Find(query.Name) is { } route && (route.Settings.Log & Class(answer)) != 0)
            write(Line(seen, query, answer));
    }

    private static DnsLogClasses Class(in DnsHeader answer) => answer.Code switch
    {
        DnsCode.NoError => answer.Answers > 0 ? DnsLogClasses.Success : DnsLogClasses.Denial,
        DnsCode.NXDomain => DnsLogClasses.Denial,
        _ => DnsLogClasses.Error,
    };

    private static string Line(in AnswerSeen seen, in DnsQuery query, in DnsHeader answer)
    {
        var flags = answer.Flags;
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"[INFO] {seen.Client} - {query.Header.Id} \"{query.Type} {query.Class} {DnsName.FromWire(query.Name).ToString().ToLowerInvariant()} ");
        line.Append(CultureInfo.InvariantCulture, $"{(seen.Client.Transport == DnsTransport.Stream ? "tcp" : "udp")} {seen.Query.Length} {(query.Edns.WantsSignatures ? "true" : "false")} {(query.HasEdns ? query.Edns.PayloadSize : 512)}\" ");
        line.Append(CultureInfo.InvariantCulture, $"{answer.Code.ToString().ToUpperInvariant()} {string.Join(',', Flags.Where(known => flags.HasFlag(known.Flag)).Select(known => known.Name))} {seen.Answer.Length} {seen.Took.TotalSeconds:0.#########}s");
        return line.ToString();
    }
}
