using Weft.Compilers.Services;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>Reads a NetworkPolicy. What cannot be understood of it accepts nothing and isolates whom it may have meant.</summary>
internal sealed class NetworkPolicyReader
{
    private readonly NetworkPolicy _policy;
    private readonly PolicyReader _reader;
    private readonly string _namespace;

    private NetworkPolicyReader(NetworkPolicy policy, TermTable terms)
    {
        _policy = policy;
        _namespace = policy.Metadata.Namespace ?? "";
        _reader = new PolicyReader(new PolicyRuleName(policy.Kind, _namespace, policy.Metadata.Name, PolicyDirection.Ingress, -1), terms);
    }

    public static CompiledPolicy Read(NetworkPolicy policy, bool isAudited, TermTable terms) => new NetworkPolicyReader(policy, terms).Read(isAudited);

    private CompiledPolicy Read(bool isAudited)
    {
        var spec = _policy.Spec;
        var (pods, isWhole) = _reader.Selector(spec.PodSelector, "spec.podSelector, which is taken to mean more pods, all of them isolated");
        var subject = _reader.Terms.Pods(_namespace, pods);
        var (ingress, egress) = Types(spec);
        var accepted = spec.Ingress.Select((rule, index) => Draft(PolicyDirection.Ingress, index, rule.From, rule.Ports));
        var opened = spec.Egress.Select((rule, index) => Draft(PolicyDirection.Egress, index, rule.To, rule.Ports));
        return new CompiledPolicy
        {
            Name = _reader.Rule(PolicyDirection.Ingress, -1),
            Tier = PolicyTier.NetworkPolicy,
            IsAudited = isAudited,
            Subject = subject,
            Ingress = ingress ? Part(PolicyDirection.Ingress, isWhole ? accepted : []) : null,
            Egress = egress ? Part(PolicyDirection.Egress, isWhole ? opened : []) : null,
            Flaws = _reader.Problems,
        };

        PolicyPart Part(PolicyDirection direction, IEnumerable<RuleDraft?> rules) =>
            _reader.Part(direction, PolicyTier.NetworkPolicy, [.. rules.OfType<RuleDraft>()], subject);
    }

    private (bool Ingress, bool Egress) Types(NetworkPolicySpec spec)
    {
        if (spec.PolicyTypes.Count == 0)
            return (true, spec.Egress.Count > 0);
        var unknown = spec.PolicyTypes.Any(type => type is not ("Ingress" or "Egress"));
        if (unknown)
            _reader.Add("UnknownPolicyType", "spec.policyTypes has something else than Ingress and Egress, so both directions are isolated");
        return (unknown || spec.PolicyTypes.Contains("Ingress"), unknown || spec.PolicyTypes.Contains("Egress"));
    }

    /// <summary>A rule; null when nothing of it can match.</summary>
    private RuleDraft? Draft(PolicyDirection direction, int index, EquatableArray<NetworkPolicyPeer> peers, EquatableArray<NetworkPolicyPort> ports)
    {
        var name = _reader.Rule(direction, index);
        var where = direction == PolicyDirection.Ingress ? $"spec.ingress[{index}].from" : $"spec.egress[{index}].to";
        var terms = peers.Count == 0 ? null : peers.Select((peer, i) => Term(peer, $"{where}[{i}]")).OfType<RuleTerm>().ToArray();
        where = direction == PolicyDirection.Ingress ? $"spec.ingress[{index}].ports" : $"spec.egress[{index}].ports";
        var drafts = ports.Count == 0 ? null : ports.Select((port, i) => Port(port, $"{where}[{i}]")).OfType<PortDraft>().ToArray();
        return terms is { Length: 0 } || drafts is { Length: 0 } ? null : new RuleDraft(name, PolicyAction.Accept, terms, drafts);
    }

    private RuleTerm? Term(NetworkPolicyPeer peer, string where)
    {
        if (peer.IpBlock is { } block && peer.PodSelector is null && peer.NamespaceSelector is null)
            return _reader.Block(block.Cidr, block.Except, $"{where}.ipBlock");
        if (peer.IpBlock is not null || (peer.PodSelector is null && peer.NamespaceSelector is null))
        {
            _reader.Add("InvalidPeer", $"{where} must be either an ipBlock or selectors, so it matches nobody");
            return null;
        }

        var (pods, isWhole) = _reader.Selector(peer.PodSelector, $"{where}.podSelector, which matches nobody");
        if (peer.NamespaceSelector is null)
            return isWhole ? _reader.Terms.Pods(_namespace, pods) : null;
        var (namespaces, isWholeToo) = _reader.Selector(peer.NamespaceSelector, $"{where}.namespaceSelector, which matches nobody");
        return isWhole && isWholeToo ? _reader.Terms.Pods(namespaces, pods) : null;
    }

    private PortDraft? Port(NetworkPolicyPort port, string where)
    {
        if (ServiceReader.ProtocolOf(port.Protocol) is not { } protocol)
        {
            _reader.Add("UnknownProtocol", $"{where}: the protocol '{port.Protocol}' is none of TCP, UDP and SCTP, so it matches nothing");
            return null;
        }

        if (port.Port?.Text is { } name && port.EndPort is null)
            return new PortDraft(new PolicyPort((byte)protocol, 0, 0), name);
        if (port.Port is null && port.EndPort is null)
            return new PortDraft(new PolicyPort((byte)protocol, 0, ushort.MaxValue), Name: null);
        if (port.Port?.Number is >= 1 and <= ushort.MaxValue and var first && (port.EndPort ?? first) is <= ushort.MaxValue and var last && first <= last)
            return new PortDraft(new PolicyPort((byte)protocol, (ushort)first, (ushort)last), Name: null);
        _reader.Add("InvalidPort", $"{where}: port '{port.Port}' with endPort '{port.EndPort}' is neither a port, a name, nor a range that rises, so it matches nothing");
        return null;
    }
}
