using Weft.Compilers.Policies.Nftables;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Policies;
using Weft.Model.Services;

namespace Weft.Compilers.Policies.Verdicts;

/// <summary>The policies of one node as it would have them in its kernel, and a packet interpreter that runs them.</summary>
internal sealed class NodeRules
{
    private const ushort ClientPort = 40_000;
    private const byte Icmp = 1, Icmp6 = 58, EchoRequest = 8, EchoRequest6 = 128;

    private readonly string _node;
    private readonly NftRuleset _rules;
    private readonly PolicyJudge _judge;
    private readonly HashSet<IpAddress> _own;

    // The rules of one direction alone: what the other end says must not hide what this one does.
    private readonly NftInterpreter _egress, _ingress;

    /// <summary>Compiles them.</summary>
    /// <param name="objects">The cluster's objects.</param>
    /// <param name="node">The node's name.</param>
    public NodeRules(ClusterSnapshot objects, string node)
    {
        _node = node;
        Compilation = PolicyCompiler.CompileOnce(objects, node);
        var index = new NodeIndex();
        index.Read(objects.Nodes, node);
        var own = NodeAddresses.OfNode(index, objects.Policies.StandIns);
        _own = [.. own];
        _rules = NftPolicyProgram.Compile(Compilation.Table);
        _judge = new PolicyJudge(Compilation.Table with { NodeAddresses = own });
        var host = new NftHost(address => _own.Contains(address) || address.IsLoopback ? NftAddressType.Local : NftAddressType.Unicast, _ => 0);
        _egress = new NftInterpreter(Only(PolicyDirection.Egress), host);
        _ingress = new NftInterpreter(Only(PolicyDirection.Ingress), host);
    }

    /// <summary>What was compiled, and what is wrong with the objects.</summary>
    public PolicyCompilation Compilation { get; }

    /// <summary>What a pod of this node says of a new connection; null where no policy selects it.</summary>
    public PolicyStep? Decide(Connection connection, PolicyDirection direction)
    {
        var verdict = _judge.Judge(connection);
        var side = direction == PolicyDirection.Egress ? verdict.Egress : verdict.Ingress;
        var audited = direction == PolicyDirection.Egress ? verdict.AuditedEgress : verdict.AuditedIngress;
        if (side is null && audited is null)
            return null;
        var hook = HookOf(connection);
        var trace = (direction == PolicyDirection.Egress ? _egress : _ingress).Run(hook, PacketOf(connection, hook));
        var pod = (side ?? audited)!.Pod;
        var isAsNamed = side is not null && side.Decision.IsAccepted == trace.Accepted;
        var found = trace.Steps.LastOrDefault(step => step.Comment is not null && !step.Chain.StartsWith("audit", StringComparison.Ordinal));
        return new PolicyStep(_node, $"{pod.Namespace}/{pod.Name}", direction, trace.Accepted, isAsNamed ? side!.Reason : found?.Comment ?? "no policy")
        {
            Rule = isAsNamed ? side!.Decision.Rule : null,
            IsolatedBy = isAsNamed && side!.Decision is { IsAccepted: false, Rule: null } ? side.Class.IsolatedBy : [],
            Stage = hook.ToString().ToLowerInvariant(),
            NftRule = found is null ? "" : Show(found),
            DeniedUnderAudit = trace.Accepted && audited is { Decision.IsAccepted: false } ? audited.Reason : null,
        };
    }

    /// <summary>Ports that the rules of a pod of this node name.</summary>
    public IEnumerable<PolicyPort> PortsNamed(IpAddress pod, PolicyDirection direction) =>
        _judge.ClassOf(pod, direction) is { } rules
            ? rules.Admin.Concat(rules.Namespaced).Concat(rules.Baseline).SelectMany(rule => rule.Ports ?? [])
            : [];

    private NftRuleset Only(PolicyDirection direction) => new()
    {
        Tables = _rules.Tables.Select(table => table with
        {
            Chains = table.Chains.Where(chain => chain.Base is null || chain.Name.EndsWith($"-{PolicyStep.Word(direction)}", StringComparison.Ordinal)).ToEquatableArray(),
        }).ToEquatableArray(),
    };

    private NftHook HookOf(Connection connection) =>
        _own.Contains(connection.Source) ? NftHook.Output : _own.Contains(connection.Destination) ? NftHook.Input : NftHook.Forward;

    private static NftPacket PacketOf(Connection connection, NftHook hook) => new()
    {
        InputInterface = hook == NftHook.Output ? "" : "veth1",
        OutputInterface = hook == NftHook.Input ? "" : "veth2",
        Source = connection.Source,
        Destination = connection.Destination,
        Protocol = connection is { Protocol: Icmp, Source.IsV6: true } ? Icmp6 : connection.Protocol,
        SourcePort = ClientPort,
        DestinationPort = connection.Port ?? 0,
        IcmpType = connection.Source.IsV6 ? EchoRequest6 : EchoRequest,
        TcpFlags = connection.Protocol == (byte)L4Protocol.Tcp ? (byte)0x02 : (byte)0,
    };

    private string Show(NftTraceStep step)
    {
        var rule = _rules.Find(step.Table)?.FindChain(step.Chain)?.Rules[step.Rule];
        var map = rule?.Statements.OfType<NftVerdictMap>().FirstOrDefault()?.Map;
        return $"{step.Table} {step.Chain}: @{map}: {(step.Outcome == "return" ? "return, then drop" : step.Outcome)}";
    }
}
