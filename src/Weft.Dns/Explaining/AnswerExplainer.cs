using System.Globalization;
using Weft.Dns.Routing;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Explaining;

/// <summary>Says who gave an answer, from the zone and the routes as they are now: they may have changed since it was given.</summary>
/// <param name="service">What answered.</param>
/// <param name="client">Who asks.</param>
/// <param name="type">The type asked for.</param>
/// <param name="code">What came of it.</param>
/// <param name="source">Where the answer comes from.</param>
/// <param name="error">What the answer says of itself.</param>
/// <param name="began">When it was asked for: what came before was remembered.</param>
/// <param name="now">The time.</param>
internal sealed class AnswerExplainer(DnsService service, DnsClient client, DnsType type, DnsCode code, AnswerSource source, ExtendedError? error, DateTimeOffset began, DateTimeOffset now)
{
    private const string Settings = "kube-system/weft-config";

    private readonly ZoneExplainer _zone = new(service.Zone);

    /// <summary>Explains the answer.</summary>
    /// <param name="name">The name asked for.</param>
    /// <param name="answers">Records of the answer.</param>
    public Explanation Explain(DnsName name, IReadOnlyList<DnsRecord> answers)
    {
        if (error is { Code: ExtendedErrorCode.NotReady })
            return Elsewhere("nobody", [Reason()!]);
        if (source == AnswerSource.Server)
            return new Explanation(ZoneOutcome.Elsewhere, "the server itself", [Reason() ?? $"it answers such queries with {code}"]);
        if (service.Routes.Renamed(name.Wire) is { } other && other != name)
            return Elsewhere("a rewrite rule", [$"rewrite rules of {Settings} lead from {name} to {other}"]).Then(Plain(other, answers));
        return Plain(name, answers);
    }

    private Explanation Plain(DnsName name, IReadOnlyList<DnsRecord> answers)
    {
        if (source == AnswerSource.Hosts)
            return Hosts(answers);
        if (_zone.Explain(name, type) is not { } own)
            return Others(name, answers);
        if (own.Target is { } target)
            return own.Then(Others(target, answers));
        if (own.Outcome != ZoneOutcome.NoName || Candidates(name) is not { Count: > 0 } candidates)
            return source == AnswerSource.Zone || service.Routes.Find(name.Wire) is not { TakesFromCluster: true } ? own : Others(name, answers);
        return code == DnsCode.NXDomain
            ? own with { Because = [.. own.Because, $"the node went through the rest of the search list for the client, without an answer: {NearNames.List(candidates)}"] }
            : Completed(own, name, answers, candidates);
    }

    // What the node tries when a name does not exist that a resolver made of a short one.
    private IReadOnlyList<string>? Candidates(DnsName name) =>
        type is DnsType.A or DnsType.AAAA && service.SearchLists?.Of(client.Address) is { } list && list.Begins(name.Wire) ? list.After(name.Wire)?.Select(one => one.ToString()).ToList() : null;

    // The name does not exist, and yet there is another answer than that.
    private Explanation Completed(Explanation own, DnsName name, IReadOnlyList<DnsRecord> answers, IReadOnlyList<string> candidates)
    {
        var all = NearNames.List(candidates);
        if (answers is not [{ Type: DnsType.CNAME } alias, ..] || alias.Name != name)
            return own with { Because = [.. own.Because, $"the node went through the search list for the client, which leads to a name without records of this type, one of {all}"] };
        var final = DnsName.FromWire(alias.Data.Span);
        var end = Explain(final, [.. answers.Skip(1)]);
        var passed = candidates.TakeWhile(one => one != final.ToString()).ToList();
        var none = passed.Count == 0 ? "" : $", past {NearNames.List(passed)}, which {(passed.Count == 1 ? "does" : "do")} not exist";
        return end with { Because = [.. own.Because, $"the node went through the search list for the client, which leads on to {final}{none}", .. end.Because] };
    }

    private Explanation Hosts(IReadOnlyList<DnsRecord> answers) => code == DnsCode.NXDomain
        ? Elsewhere("hosts entries", [$"hosts of {Settings} have no such name, and do not let others answer (fallthrough)"])
        : Elsewhere("a hosts entry", [$"hosts of {Settings} have the name{(answers.Count > 0 ? "" : $", without an address for {type} records")}"]);

    private Explanation Others(DnsName name, IReadOnlyList<DnsRecord> answers)
    {
        var route = service.Routes.Find(name.Wire);
        EquatableArray<string> said = [.. Said(name, answers), .. _zone.Meant(name)];
        return source switch
        {
            AnswerSource.Upstream or AnswerSource.Cache or AnswerSource.Stale when route is not null => route.Hosts.Known(name.Wire, type) is null ? Remembered(route, name, said) : Hosts(answers),
            AnswerSource.Failure => Elsewhere("nobody", [Failure(route, name), .. said]),
            _ => Elsewhere($"{source}".ToLowerInvariant(), [.. Reason() is { } reason ? [reason] : Array.Empty<string>(), .. said]),
        };
    }

    private Explanation Remembered(LiveRoute route, DnsName name, EquatableArray<string> said)
    {
        var place = $"names {(route.Zone.IsRoot ? "of others" : $"below {route.Zone}")} are asked of {Servers(route)}";
        if (route.Forwarder.Recall(name, type) is not { Origin: { } origin } known)
            return Elsewhere("a server of others", [place, .. said]);
        var age = Seconds(now - known.Stored);
        if (source == AnswerSource.Upstream && known.Stored >= began)
            return Elsewhere($"the server {origin.Server}", [.. origin.Failures, string.Create(CultureInfo.InvariantCulture, $"it took {origin.Took.TotalMilliseconds:0.0} ms"), place, .. said]);
        return source == AnswerSource.Stale
            ? Elsewhere($"the cache, with an old answer of {origin.Server}", [$"nobody gives a new one: {Reason() ?? "no server answers"}", $"it came {age} ago and held for {Seconds(known.Ttl)}", place, .. said])
            : Elsewhere($"the cache, with an answer of {origin.Server}", [$"it came {age} ago and holds for {Seconds(known.Ttl - (now - known.Stored))} more", place, .. said]);
    }

    private string Failure(LiveRoute? route, DnsName name) =>
        route is { Servers.Count: 0, Forwarder.Upstreams.Count: 0 }
            ? $"there is no server to ask for {name}: neither /etc/resolv.conf of the node nor dns-upstreams of {Settings} names one"
            : $"{name} could not be resolved: {Reason() ?? "no server answers"}";

    private IEnumerable<string> Said(DnsName name, IReadOnlyList<DnsRecord> answers) => code switch
    {
        DnsCode.NXDomain => [$"it says that there is no name {name}"],
        DnsCode.NoError when !answers.Any(record => record.Type == type) => [$"it says that {name} exists, without records of type {type}"],
        _ => [],
    };

    private string? Reason() => error is { Text.Length: > 0 } reason ? reason.Text : error?.Code.ToString();

    private static string Servers(LiveRoute route) =>
        NearNames.List(route.Servers.Count > 0 ? [.. route.Servers.Select(server => server.ToString())] : [.. route.Forwarder.Upstreams.Select(upstream => upstream.Upstream.Name)]);

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0.#} s");

    private static Explanation Elsewhere(string by, EquatableArray<string> because) => new(ZoneOutcome.Elsewhere, by, because);
}
