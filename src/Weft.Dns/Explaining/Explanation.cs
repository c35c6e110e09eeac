using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Explaining;

/// <summary>Who or what answers a question, and why the answer is what it is.</summary>
/// <param name="Outcome">What the cluster's zone says to it.</param>
/// <param name="By">The object, entry or server that answers, for people.</param>
/// <param name="Because">Why, in sentences; none where <paramref name="By"/> says it all.</param>
/// <param name="Target">The name that others are asked for instead, where an alias leads out of the zone.</param>
public sealed record Explanation(ZoneOutcome Outcome, string By, EquatableArray<string> Because, DnsName? Target = null)
{
    /// <summary>The Services that it is about, in the order in which one leads to the next; also such that exist but do not have the name.</summary>
    public EquatableArray<NamedService> Services { get; init; }

    /// <summary>What leads on to another name, with the explanation of that.</summary>
    internal Explanation Then(Explanation next) =>
        next with { By = $"{By}, then {next.By}", Because = [.. Because, .. next.Because], Services = [.. Services, .. next.Services] };
}
