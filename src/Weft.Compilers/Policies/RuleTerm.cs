using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>A term while compilers work with it: who matches it and whether a rule of this node asks.</summary>
internal abstract class RuleTerm(string text)
{
    private readonly Dictionary<PodPort, PortTerm> _ports = [];

    public PeerTerm Term { get; } = new(text);

    /// <summary>Classes in force on this node that name it; identities are told apart by terms in use only.</summary>
    public int Uses { get; set; }

    /// <summary>Policies of the cluster that name it.</summary>
    public int Holders { get; set; }

    /// <summary>Those of its peers that have a port of that name and number.</summary>
    public IEnumerable<PortTerm> Ports => _ports.Values;

    /// <summary>Those of its peers that have a certain named port.</summary>
    public PortTerm With(PodPort port) => _ports.TryGetValue(port, out var term) ? term : _ports[port] = new PortTerm(this, port);
}

/// <summary>Pods that a selector chooses, in one namespace or in those that another selector chooses.</summary>
internal sealed class PodTerm(string? @namespace, CleanSelector namespaces, CleanSelector pods) : RuleTerm(Show(@namespace, namespaces, pods))
{
    private Dictionary<PodPort, int>? _counts;
    private List<CompiledPolicy>? _watchers;

    /// <summary>The only namespace; null when <see cref="Namespaces"/> chooses.</summary>
    public string? Namespace { get; } = @namespace;

    public CleanSelector Namespaces { get; } = namespaces;

    public CleanSelector Pods { get; } = pods;

    public HashSet<PodGroup> Members { get; } = [];

    /// <summary>Policies that select these pods.</summary>
    public List<CompiledPolicy> Subjects { get; } = [];

    /// <summary>Named ports that members have, once somebody watches them.</summary>
    public IEnumerable<PodPort> MemberPorts => _counts?.Keys ?? Enumerable.Empty<PodPort>();

    public static string Show(string? @namespace, CleanSelector namespaces, CleanSelector pods)
    {
        var chosen = pods.Text.Length == 0 ? "all pods" : $"pods {pods.Text}";
        if (@namespace is not null)
            return $"{chosen} in namespace {@namespace}";
        if (namespaces.Text.Length > 0)
            return $"{chosen} in namespaces {namespaces.Text}";
        return pods.Text.Length == 0 ? chosen : $"{chosen} in all namespaces";
    }

    /// <summary>From now on the policy is told when members come to have a named port that none had, or cease to, and of the first member and the last.</summary>
    public void Watch(CompiledPolicy policy)
    {
        (_watchers ??= []).Add(policy);
        if (_counts is not null)
            return;
        _counts = [];
        foreach (var group in Members)
            Count(group, 1, changed: null);
    }

    public void Unwatch(CompiledPolicy policy)
    {
        _watchers?.Remove(policy);
        if (_watchers is { Count: 0 })
            (_watchers, _counts) = (null, null);
    }

    public void Join(PodGroup group, HashSet<CompiledPolicy> changed)
    {
        if (Members.Add(group))
            Count(group, 1, changed);
    }

    public void Leave(PodGroup group, HashSet<CompiledPolicy> changed)
    {
        if (Members.Remove(group))
            Count(group, -1, changed);
    }

    private void Count(PodGroup group, int step, HashSet<CompiledPolicy>? changed)
    {
        if (_counts is null)
            return;
        if (Members.Count == 0 || (Members.Count == 1 && step > 0))
            changed?.UnionWith(_watchers!);
        foreach (var port in group.Ports)
        {
            var count = _counts.GetValueOrDefault(port) + step;
            if (count == 0)
                _counts.Remove(port);
            else
                _counts[port] = count;
            if (count == 0 || (count == 1 && step > 0))
                changed?.UnionWith(_watchers!);
        }
    }
}

/// <summary>Addresses of the nodes that a selector chooses.</summary>
internal sealed class NodeTerm(CleanSelector nodes) : RuleTerm(Show(nodes))
{
    public CleanSelector Nodes { get; } = nodes;

    public static string Show(CleanSelector nodes) => nodes.Text.Length == 0 ? "all nodes" : $"nodes {nodes.Text}";
}

/// <summary>A block of addresses with exceptions, all of which lie within it.</summary>
internal sealed class BlockTerm(IpPrefix range, IpPrefix[] except) : RuleTerm(Show(range, except))
{
    public IpPrefix Range { get; } = range;

    public IpPrefix[] Except { get; } = except;

    public static string Show(IpPrefix range, IpPrefix[] except) => except.Length == 0 ? range.ToString() : $"{range} except {string.Join(", ", except)}";
}

/// <summary>Addresses that names of a domain were said to have.</summary>
internal sealed class DomainTerm(DomainPattern pattern) : RuleTerm(Show(pattern))
{
    public DomainPattern Pattern { get; } = pattern;

    public static string Show(DomainPattern pattern) => $"domain {pattern}";
}

/// <summary>Those of a term's peers that have a port of that name, protocol and number.</summary>
internal sealed class PortTerm(RuleTerm peers, PodPort port) : RuleTerm($"{peers.Term.Text} whose port {port}")
{
    public RuleTerm Peers { get; } = peers;

    public PodPort Port { get; } = port;
}
