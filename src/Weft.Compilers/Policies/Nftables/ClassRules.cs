using Weft.Model;
using Weft.Model.Policies;
using Weft.Model.Services;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>A class's rules as a function from a peer to decisions by port: the tiers settled, what never counts left out.</summary>
internal sealed class ClassRules
{
    /// <summary>Denied, as no policy accepts it.</summary>
    public const int DefaultDeny = -1;

    /// <summary>Accepted, as no policy says anything.</summary>
    public const int DefaultAccept = -2;

    private static readonly byte[] WithPorts = [(byte)L4Protocol.Tcp, (byte)L4Protocol.Udp, (byte)L4Protocol.Sctp];

    private readonly PolicyClass _class;
    private readonly PolicyRule[] _rules;
    private readonly int _firstOfLowerTier;
    private readonly Dictionary<PeerTerm, List<int>> _byTerm = [];
    private readonly List<int> _forEverybody = [];
    private readonly Dictionary<EquatableArray<int>, PortProfile> _profiles = [];
    private readonly string?[] _reasons;

    public ClassRules(PolicyClass @class)
    {
        _class = @class;

        // Who is isolated never reaches the tier Baseline, and who is not has no NetworkPolicies.
        _rules = [.. @class.Admin, .. IsIsolated ? @class.Namespaced : @class.Baseline];
        _firstOfLowerTier = @class.Admin.Count;
        _reasons = new string?[_rules.Length - DefaultAccept];
        for (var index = 0; index < _rules.Length; index++)
            Note(index);
        HasRanges = _rules.Any(rule => rule.Ports is { } ports && ports.Any(port => port.First != port.Last && WithPorts.Contains(port.Protocol)));
        Everybody = Compute([.. _forEverybody]);
    }

    /// <summary>Whether some rule is for a range of ports.</summary>
    public bool HasRanges { get; }

    /// <summary>The decisions for peers that no rule names.</summary>
    public PortProfile Everybody { get; }

    /// <summary>All terms that rules name.</summary>
    public IReadOnlyCollection<PeerTerm> Terms => _byTerm.Keys;

    private bool IsIsolated => _class.IsolatedBy.Count > 0;

    /// <summary>The decisions for a peer; <see cref="Everybody"/> itself where no rule names it.</summary>
    public PortProfile Of(PeerIdentity peer)
    {
        var named = new List<int>();
        foreach (var term in peer.Terms)
        {
            if (_byTerm.TryGetValue(term, out var rules))
                named.AddRange(rules);
        }

        if (named.Count == 0)
            return Everybody;
        var key = named.Concat(_forEverybody).Distinct().Order().ToEquatableArray();
        if (!_profiles.TryGetValue(key, out var profile))
            _profiles[key] = profile = Compute(key);
        return profile;
    }

    /// <summary>Whether a decision accepts.</summary>
    public bool Accepts(int decision) => decision switch
    {
        DefaultDeny => false,
        DefaultAccept => true,
        _ => (IsIsolated && decision >= _firstOfLowerTier) || _rules[decision].Action == PolicyAction.Accept,
    };

    /// <summary>A decision with the rule that makes it.</summary>
    public PolicyDecision DecisionOf(int decision) => new(Accepts(decision), decision < 0 ? null : _rules[decision].Name);

    /// <summary>Why, for people, as a comment.</summary>
    public string Reason(int decision)
    {
        ref var reason = ref _reasons[decision - DefaultAccept];
        return reason ??= PolicyElements.Shorten(decision switch
        {
            DefaultDeny => $"default deny of {string.Join(", ", (IEnumerable<PolicyRuleName>)_class.IsolatedBy)}",
            DefaultAccept => "no policy",
            _ => _rules[decision].Name.ToString(),
        });
    }

    private void Note(int index)
    {
        if (_rules[index].Peers is not { } terms)
        {
            _forEverybody.Add(index);
            return;
        }

        foreach (var term in terms)
        {
            if (!_byTerm.TryGetValue(term, out var rules))
                _byTerm[term] = rules = [];
            if (rules.Count == 0 || rules[^1] != index)
                rules.Add(index);
        }
    }

    private PortProfile Compute(EquatableArray<int> rules)
    {
        var byProtocol = new Dictionary<byte, List<PortRange>>();
        foreach (var protocol in WithPorts)
        {
            var boundaries = Ports(rules, protocol).SelectMany(port => (IEnumerable<int>)[port.First, port.Last + 1]).ToList();
            if (boundaries.Count > 0)
                byProtocol[protocol] = Paint(rules, new PortPainter(boundaries), protocol).Ranges();
        }

        return new PortProfile(Paint(rules, new PortPainter([]), protocol: null).Ranges()[0].Decision, byProtocol);
    }

    private PortPainter Paint(EquatableArray<int> rules, PortPainter ports, byte? protocol)
    {
        var isLower = false;
        foreach (var index in rules)
        {
            if (!isLower && index >= _firstOfLowerTier)
            {
                ports.BeginTier();
                isLower = true;
            }

            int? decision = _rules[index].Action == PolicyAction.Pass && !(IsIsolated && isLower) ? null : index;
            if (_rules[index].Ports is null)
                ports.Paint(0, ushort.MaxValue, decision);
            foreach (var port in _rules[index].Ports ?? [])
            {
                if (port.Protocol == protocol)
                    ports.Paint(port.First, port.Last, decision);
            }
        }

        ports.Fill(IsIsolated ? DefaultDeny : DefaultAccept);
        return ports;
    }

    private IEnumerable<PolicyPort> Ports(EquatableArray<int> rules, byte protocol)
    {
        foreach (var index in rules)
        {
            foreach (var port in _rules[index].Ports ?? [])
            {
                if (port.Protocol == protocol && port.First <= port.Last)
                    yield return port;
            }
        }
    }
}

/// <summary>Decisions by port.</summary>
/// <param name="Other">For protocols without ports, and those that are not in <paramref name="ByProtocol"/>.</param>
/// <param name="ByProtocol">All ports of a protocol, in order.</param>
internal sealed record PortProfile(int Other, Dictionary<byte, List<PortRange>> ByProtocol)
{
    /// <summary>All ports of a protocol, in order.</summary>
    public List<PortRange> Of(byte protocol) => ByProtocol.GetValueOrDefault(protocol) ?? [new PortRange(0, ushort.MaxValue, Other)];
}
