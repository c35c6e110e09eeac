using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Model.Policies;
using Weft.Model.Services;

namespace Weft.Compilers.Policies;

/// <summary>Reads one rule of a ClusterNetworkPolicy: as soon as one part of it is not understood, none of it is.</summary>
/// <param name="reader">Terms and problems of the policy.</param>
/// <param name="direction">The list in which it is.</param>
/// <param name="where">Its path, for problems.</param>
internal sealed class ClusterRuleReader(PolicyReader reader, PolicyDirection direction, string where)
{
    private readonly List<RuleTerm> _peers = [];
    private readonly List<PortDraft> _ports = [];
    private PolicyAction _action;
    private bool _failed;

    /// <summary>The rule; null when it cannot be understood.</summary>
    public RuleDraft? Read(PolicyRuleName name, ClusterNetworkPolicyRule rule, EquatableArray<ClusterNetworkPolicyPeer> peers)
    {
        _action = ActionOf(rule.Action);
        var list = direction == PolicyDirection.Ingress ? "from" : "to";
        if (peers.Count == 0)
            Fail("InvalidPeer", $".{list}", "has no peer");
        for (var i = 0; i < peers.Count; i++)
            Peer(peers[i], $".{list}[{i}]");
        for (var i = 0; i < rule.Protocols.Count; i++)
            Protocol(rule.Protocols[i], $".protocols[{i}]");
        var draft = new RuleDraft(name, _action, [.. _peers], rule.Protocols.Count == 0 ? null : [.. _ports]);
        if (draft.HasNamedPorts && _peers.Exists(peer => peer is not PodTerm))
            Fail("InvalidPort", ".protocols", "has a named port, which networks, nodes and domains do not have");
        return _failed ? null : draft;
    }

    private PolicyAction ActionOf(string action)
    {
        if (action is not ("Accept" or "Deny" or "Pass"))
            Fail("UnknownAction", ".action", $"'{action}' is none of Accept, Deny and Pass");
        return action switch { "Accept" => PolicyAction.Accept, "Pass" => PolicyAction.Pass, _ => PolicyAction.Deny };
    }

    private void Peer(ClusterNetworkPolicyPeer peer, string path)
    {
        var onlyOut = (peer.Nodes is null ? 0 : 1) + (peer.Networks.Count > 0 ? 1 : 0) + (peer.DomainNames.Count > 0 ? 1 : 0);
        var fields = (peer.Namespaces is null ? 0 : 1) + (peer.Pods is null ? 0 : 1) + onlyOut;
        if (fields != 1)
            Fail("InvalidPeer", path, fields == 0 ? "has no field that this version knows" : "has more than one field");
        else if (onlyOut > 0 && direction == PolicyDirection.Ingress)
            Fail("InvalidPeer", path, "names something else than pods, which ingress rules cannot");
        else if (peer.DomainNames.Count > 0)
            Domains(peer.DomainNames, path);
        else if (peer.Nodes is not null)
            _peers.Add(reader.Terms.Nodes(Selector(peer.Nodes, $"{path}.nodes")));
        else if (peer.Networks.Count > 0)
            Networks(peer.Networks, path);
        else
            _peers.Add(reader.Terms.Pods(Selector(peer.Namespaces ?? peer.Pods!.NamespaceSelector, path), Selector(peer.Pods?.PodSelector, path)));
    }

    private CleanSelector Selector(LabelSelector? selector, string path)
    {
        var (clean, isWhole) = reader.Selector(selector, $"{where}{path}, so the rule fails closed");
        _failed |= !isWhole;
        return clean;
    }

    private void Networks(EquatableArray<string> networks, string path)
    {
        for (var i = 0; i < networks.Count; i++)
        {
            if (IpPrefix.TryParse(networks[i], out var range))
                _peers.Add(reader.Terms.Block(range, []));
            else
                Fail("InvalidCIDR", $"{path}.networks[{i}]", $"'{networks[i]}' is no block such as 10.0.0.0/8 or fd00::/8");
        }
    }

    private void Domains(EquatableArray<string> names, string path)
    {
        if (!reader.LearnsDomains)
            Fail("DomainNamesNotServed", path, "names domains, whose addresses nobody learns where nodes are not cluster DNS themselves (dns: off)");
        else if (_action != PolicyAction.Accept)
            Fail("InvalidPeer", path, "names domains, which only Accept rules can: nobody knows all addresses of a name");
        for (var i = 0; i < names.Count; i++)
        {
            if (DomainPattern.TryParse(names[i], out var pattern, out var problem))
                _peers.Add(reader.Terms.Domain(pattern));
            else
                Fail("InvalidDomainName", $"{path}.domainNames[{i}]", $"'{names[i]}' is no domain name: {problem}");
        }
    }

    private void Protocol(ClusterNetworkPolicyProtocol protocol, string path)
    {
        var fields = new[] { protocol.Tcp, protocol.Udp, protocol.Sctp }.Count(ports => ports is not null);
        if (fields + (string.IsNullOrEmpty(protocol.DestinationNamedPort) ? 0 : 1) != 1)
        {
            Fail("InvalidPort", path, "must have exactly one field that this version knows");
            return;
        }

        if (fields == 0)
            _ports.Add(new PortDraft(default, protocol.DestinationNamedPort));
        else if (protocol.Tcp is not null)
            Ports(L4Protocol.Tcp, protocol.Tcp, $"{path}.tcp");
        else if (protocol.Udp is not null)
            Ports(L4Protocol.Udp, protocol.Udp, $"{path}.udp");
        else
            Ports(L4Protocol.Sctp, protocol.Sctp!, $"{path}.sctp");
    }

    private void Ports(L4Protocol protocol, ClusterNetworkPolicyPorts ports, string path)
    {
        var (first, last) = ports.DestinationPort switch
        {
            { Number: { } number, Range: null } => (number, number),
            { Number: null, Range: { } range } when range.Start < range.End => (range.Start, range.End),
            _ => (0, 0),
        };
        if (first is >= 1 and <= ushort.MaxValue && last is >= 1 and <= ushort.MaxValue)
            _ports.Add(new PortDraft(new PolicyPort((byte)protocol, (ushort)first, (ushort)last), Name: null));
        else
            Fail("InvalidPort", path, "has neither a port nor a range that rises");
    }

    private void Fail(string reason, string path, string message)
    {
        _failed = true;
        reader.Add(reason, $"{where}{path} {message}, so the rule fails closed: Accept matches nothing, Deny and Pass deny everything");
    }
}
