using System.Text.Json;
using Weft.Dns.Explaining;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Node.Policies;
using Weft.Node.Sockets;

namespace Weft.Node.Dns.Asking;

/// <summary>Answers who asks the agent about names: what a client would hear, and why.</summary>
/// <remarks>
/// <code>
/// {"dns-query":{"name":"web.default.svc.cluster.local","type":"A"}}       a line with a <see cref="DnsQueryReport"/>: the name as it is
/// {"dns-query":{"name":"web","type":"A","from":"default/client"}}         the same: the names that the pod's resolver tries, until there is an answer
/// </code>
/// </remarks>
/// <param name="loop">Cluster DNS.</param>
/// <param name="pods">All pods.</param>
/// <param name="resolver">What the node's own resolver is told.</param>
/// <param name="facts">What else there is to say.</param>
/// <param name="options">Of the agent.</param>
internal sealed class DnsQuestions(DnsLoop loop, PodList pods, NodeResolver resolver, AnswerFacts facts, NodeAgentOptions options)
{
    /// <summary>The property that tells the question for a name.</summary>
    public const string Query = "dns-query";

    /// <summary>Who asks on nobody's behalf.</summary>
    internal static readonly IpAddress Nobody = IpAddress.Parse("0.0.0.0");

    /// <summary>Answers with what a client would hear.</summary>
    public async Task AnswerQueryAsync(JsonElement question, AgentConnection connection, CancellationToken gone)
    {
        try
        {
            var report = await AskAsync(question.GetProperty(Query)).ConfigureAwait(false);
            await connection.SendAsync(JsonSerializer.SerializeToUtf8Bytes(report, DnsJson.Plain.DnsQueryReport), gone).ConfigureAwait(false);
        }
        catch (Exception wrong) when (wrong is FormatException or InvalidDataException)
        {
            await connection.SendErrorAsync(wrong.Message, gone).ConfigureAwait(false);
        }
    }

    private async Task<DnsQueryReport> AskAsync(JsonElement asked)
    {
        var view = loop.View ?? throw new FormatException("it has not heard from the API server yet and answers nobody so far: ask again in a moment");
        var (name, type) = (asked.GetProperty("name").GetString() ?? "", TypeOf(asked.GetProperty("type").GetString() ?? ""));
        var pod = asked.TryGetProperty("from", out var from) && from.GetString() is { } key ? Find(key) : null;
        var conf = pod is null ? null : PodResolvConf.Of(pod, resolver.Last, view);
        return new DnsQueryReport
        {
            Node = options.NodeName,
            Pod = pod is null ? null : $"{pod.Namespace}/{pod.Name}",
            Client = pod?.Addresses[0].ToString(),
            Name = name,
            Type = type.ToString(),
            Search = [.. conf?.Search.Select(end => end.ToString()) ?? []],
            Ndots = conf?.Ndots,
            Notes = [.. Notes(view, pod, conf)],
            Tries = await TryAsync(conf?.Tries(name) ?? [DnsName.Parse(name)], type, pod?.Addresses[0] ?? Nobody, view.Addresses).ConfigureAwait(false),
        };
    }

    /// <summary>Asks for one name after the other, until one exists.</summary>
    private async Task<EquatableArray<DnsTry>> TryAsync(IReadOnlyList<DnsName> names, DnsType type, IpAddress client, EquatableArray<IpAddress> served)
    {
        var tries = new List<DnsTry>();
        foreach (var name in names)
        {
            var heard = await Inquiry.AskAsync(loop.Service, new DnsClient(client, Port: 0, DnsTransport.Stream), name, type, options.Time).ConfigureAwait(false);
            tries.Add(Report(name, heard, served));
            if (heard.Answer.Code is not (DnsCode.NXDomain or DnsCode.ServFail))
                break;
        }

        return [.. tries];
    }

    private DnsTry Report(DnsName name, Inquiry heard, EquatableArray<IpAddress> served) => new()
    {
        Name = name.ToString(),
        Code = heard.Answer.Code.ToString().ToUpperInvariant(),
        Answers = [.. heard.Answer.Answers.Select(DnsRecordLine.Of)],
        Authorities = [.. heard.Answer.Authorities.Select(DnsRecordLine.Of)],
        Additional = [.. heard.Answer.Additional.Select(DnsRecordLine.Of)],
        Source = heard.Source.ToString().ToLowerInvariant(),
        Milliseconds = Math.Round(heard.Took.TotalMilliseconds, 3),
        AnsweredBy = heard.Explanation.By,
        Services = [.. heard.Explanation.Services.Select(service => $"{service.Namespace}/{service.Name}")],
        Because = [.. heard.Explanation.Because, .. facts.Of(heard, served)],
    };

    private IEnumerable<string> Notes(DnsView view, PolicyPod? pod, ResolvConf? conf)
    {
        if (view.Addresses.Count == 0)
            yield return "cluster DNS is off on this node (`dns` of kube-system/weft-config): nobody is answered like this now";
        else if (conf is not null && !conf.Servers.Any(view.Addresses.Contains))
            yield return $"the pod asks {(conf.Servers.Count == 0 ? "nobody" : string.Join(", ", conf.Servers))} (dnsPolicy {pod!.Resolver?.Policy ?? PodResolver.ClusterFirst}), not cluster DNS: this is what that would answer";
        if (pod is not null && pod.Node != options.NodeName)
            yield return $"the pod runs on {pod.Node} and asks there: what that node remembers, and how it completes names for its pods, is not known here";
    }

    private static DnsType TypeOf(string text)
    {
        var plain = text.StartsWith("TYPE", StringComparison.OrdinalIgnoreCase) ? text[4..] : text;
        if (!Enum.TryParse<DnsType>(plain, ignoreCase: true, out var type) || plain.Contains(',', StringComparison.Ordinal))
            throw new FormatException($"there is no record type '{text}': A, AAAA, CNAME, MX, NS, PTR, SOA, SRV and TXT are some; those without a name here are written TYPE257");
        return type is DnsType.AXFR or DnsType.IXFR or DnsType.OPT ? throw new FormatException($"{type} is no type of a record: `dig AXFR` takes a whole zone where dns-transfer-to allows it") : type;
    }

    private PolicyPod Find(string key)
    {
        var pod = pods.Take().FirstOrDefault(pod => $"{pod.Namespace}/{pod.Name}" == key && !pod.IsFinished)
            ?? throw new FormatException($"there is no running pod {key}: `kubectl get pods -A` lists them");
        return pod.Addresses.Count > 0 ? pod : throw new FormatException($"the pod {key} has no address yet");
    }
}
