using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Tests.Dns.Completion;

/// <summary>What a program is told that looks a name up.</summary>
/// <param name="Error">Why there are no addresses; empty when there are.</param>
/// <param name="Canonical">The name that has them.</param>
/// <param name="Addresses">All of them, sorted.</param>
internal sealed record Lookup(string Error, string Canonical, string Addresses)
{
    public const string NotFound = "no such name", NoData = "no addresses", TryAgain = "try again";

    public static Lookup Failed(string error) => new(error, "", "");
}

/// <summary>How resolvers search, by what their sources do: res_nsearch and res_nquery of glibc 2.36, name_from_dns_search and name_from_dns of musl 1.2.</summary>
/// <param name="ask">Asks the server.</param>
/// <param name="ends">The search list.</param>
/// <param name="ndots">Names with as many dots are tried first as they are.</param>
internal sealed class ResolverModels(Func<DnsName, DnsType, DnsMessage> ask, IReadOnlyList<DnsName> ends, int ndots)
{
    /// <summary>How many queries were sent.</summary>
    public int Queries { get; private set; }

    /// <summary>glibc: whatever ends one name, but for success, the next one is tried; the name as it is comes at the end, or at the beginning when it has enough dots.</summary>
    public Lookup Glibc(DnsName name, IReadOnlyList<DnsType> types)
    {
        var (isFirst, noData, failed, last) = (name.LabelCount - 1 >= ndots, false, false, "");
        string? saved = null;
        foreach (var candidate in isFirst ? [name, .. ends.Select(end => end.Prepend(name))] : (IEnumerable<DnsName>)[.. ends.Select(end => end.Prepend(name)), name])
        {
            var answers = types.Select(type => Ask(candidate, type)).ToList();
            if (answers.Any(answer => answer.Code == DnsCode.NoError && answer.Answers.Count > 0))
                return Parse(candidate, types, answers);
            var code = answers.Select(answer => answer.Code).FirstOrDefault(code => code != DnsCode.NoError, DnsCode.NoError);
            last = code == DnsCode.NoError ? Lookup.NoData : code == DnsCode.NXDomain ? Lookup.NotFound : Lookup.TryAgain;
            if (candidate == name && isFirst)
                saved = last;
            else if (candidate != name)
                (noData, failed) = (noData || last == Lookup.NoData, failed || last == Lookup.TryAgain);
        }

        return Lookup.Failed(saved ?? (noData ? Lookup.NoData : failed ? Lookup.TryAgain : last));
    }

    /// <summary>musl: only names that do not exist let it go on; a name with enough dots is not searched for at all.</summary>
    public Lookup Musl(DnsName name, IReadOnlyList<DnsType> types)
    {
        foreach (var candidate in name.LabelCount - 1 >= ndots ? [name] : (IEnumerable<DnsName>)[.. ends.Select(end => end.Prepend(name)), name])
        {
            var answers = types.Select(type => Ask(candidate, type)).ToList();
            var first = answers.FirstOrDefault(answer => answer.Code != DnsCode.NoError);
            if (first?.Code == DnsCode.ServFail)
                return Lookup.Failed(Lookup.TryAgain);
            if (first is null)
                return Parse(candidate, types, answers);
        }

        return Lookup.Failed(Lookup.NotFound);
    }

    private static Lookup Parse(DnsName candidate, IReadOnlyList<DnsType> types, List<DnsMessage> answers)
    {
        var found = answers.Where((answer, i) => answer.Code == DnsCode.NoError && answer.Answers.Any(record => record.Type == types[i])).ToList();
        if (found.Count == 0)
            return Lookup.Failed(Lookup.NoData);
        var canonical = found.Select(answer => Follow(answer, candidate)).ToHashSet();
        var addresses = found.SelectMany(answer => answer.Answers).Where(record => types.Contains(record.Type)).Select(record => Convert.ToHexString(record.Data.Span));
        return new Lookup("", Assert.Single(canonical).ToString().ToLowerInvariant(), string.Join(' ', addresses.Order(StringComparer.Ordinal)));
    }

    private static DnsName Follow(DnsMessage answer, DnsName name)
    {
        foreach (var record in answer.Answers)
        {
            // As a resolver does: what does not belong to the chain does not count.
            Assert.Equal(name, record.Name);
            name = record.Type == DnsType.CNAME ? DnsName.FromWire(record.Data.Span) : name;
        }

        return name;
    }

    private DnsMessage Ask(DnsName name, DnsType type)
    {
        Queries++;
        return ask(name, type);
    }
}
