using System.Globalization;
using Weft.Compilers.Policies;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;
using Weft.Model.Services;
using Weft.Tests.Policies.Oracle;

namespace Weft.Tests.Policies.Compiling;

/// <summary>A cluster of two nodes written by hand, whose connections the compiled tables and the oracle decide: both must agree.</summary>
internal sealed class PolicyCase
{
    private readonly OracleCluster _cluster;
    private readonly List<PolicyJudge> _judges;

    /// <summary>Pods as <see cref="PolicyCases.Pod"/> reads them, policies as YAML.</summary>
    public PolicyCase(string policies, string[] pods, Namespace[]? namespaces = null)
        : this(PolicyCases.Cluster(policies, [.. pods.Select(PolicyCases.WholePod)], [.. namespaces ?? []]))
    {
    }

    public PolicyCase(OracleCluster cluster)
    {
        _cluster = cluster;
        var compiled = cluster.Nodes.Select(node => PolicyCompiler.CompileOnce(cluster.Snapshot, node.Metadata.Name)).ToList();
        _judges = compiled.ConvertAll(node => new PolicyJudge(node.Table));
        Problems = compiled[0].Problems;
    }

    public EquatableArray<Problem> Problems { get; }

    /// <summary>Whether a connection passes at both ends.</summary>
    /// <param name="from">A pod, by its name, or an address.</param>
    /// <param name="to">Likewise.</param>
    /// <param name="target"><c>TCP 80</c>, or <c>ICMP</c>.</param>
    public bool Passes(string from, string to, string target = "TCP 80") => Judge(from, to, target).IsAccepted;

    /// <summary>The rule or default that denies it.</summary>
    public string Denial(string from, string to, string target = "TCP 80") => Judge(from, to, target).Denier!.Reason;

    /// <summary>What policies under audit would deny it.</summary>
    public string? AuditedDenial(string from, string to, string target = "TCP 80") => Judge(from, to, target).AuditedDenier?.Reason;

    private PolicyVerdict Judge(string from, string to, string target)
    {
        var parts = target.Split(' ');
        var packet = new OraclePacket(AddressOf(from), AddressOf(to), parts[0], parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : null);
        var protocol = Enum.TryParse<L4Protocol>(packet.Protocol, ignoreCase: true, out var known) ? (byte)known : (byte)1;
        var connection = new Connection(IpAddress.Parse(packet.Source), IpAddress.Parse(packet.Destination), protocol, (ushort?)packet.Port);
        var verdicts = _judges.ConvertAll(judge => judge.Judge(connection));
        var oracle = new PolicyOracle(_cluster);
        Assert.Equal(oracle.Egress(packet).IsAccepted && oracle.Ingress(packet).IsAccepted, verdicts.TrueForAll(verdict => verdict.IsAccepted));
        return verdicts.Find(verdict => !verdict.IsAccepted) is { IsAccepted: false } denied && denied.Denier is not null
            ? denied
            : verdicts.Find(verdict => verdict.AuditedDenier is not null);
    }

    private string AddressOf(string name) => name.Contains('.') || name.Contains(':')
        ? name
        : _cluster.Pods.First(pod => pod.Metadata.Name == name).Status.PodIPs[0].Ip;
}
