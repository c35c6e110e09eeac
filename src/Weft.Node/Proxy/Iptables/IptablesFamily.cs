using System.Collections.Immutable;
using Weft.Compilers.Services.Iptables;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Node.Proxy.Iptables;

/// <summary>One address family of <see cref="IptablesProxy"/>: what it holds, and how it gets to what it shall hold.</summary>
internal sealed class IptablesFamily(bool isV6)
{
    // How often a refused change is cut in two before the rest of it is given up for this turn.
    private const int MaxAttempts = 64;

    private readonly IptablesCompiler _compiler = new(isV6);
    private readonly IptablesWriter _writer = new(isV6);
    private IptablesRuleset? _current;
    private IptablesRuleset? _trusted;
    private EquatableArray<ProxiedPort> _ports;
    private int _attempts;

    /// <summary>How many commits it has made.</summary>
    public uint Commits { get; private set; }

    /// <summary>Whether the next turn reads back.</summary>
    public bool IsForgotten => _current is null;

    /// <summary>The next turn reads back.</summary>
    public void Doubt() => _current = null;

    public ProxyOutcome Sync(IIptables iptables, ServiceTable table)
    {
        var desired = _compiler.Compile(table);
        var drift = false;
        if (_current is null)
        {
            _current = Read(iptables, needed: desired.Tables.Count > 0);
            drift = _trusted is not null && IptablesDiff.Between(_current, _trusted).Changes > 0;
        }

        try
        {
            var changes = Apply(iptables, desired);
            _trusted = desired;
            _ports = table.Ports;
            return new ProxyOutcome(changes, drift, []);
        }
        catch (IptablesException e)
        {
            var outcome = Isolate(iptables, table, e);
            _trusted = null;
            _current = null;
            return outcome with { Drift = drift };
        }
    }

    private IptablesRuleset Read(IIptables iptables, bool needed)
    {
        try
        {
            return IptablesSaved.Parse(iptables.Save(isV6), isV6);
        }
        catch (IptablesException) when (!needed)
        {
            return new IptablesRuleset(isV6, []);
        }
    }

    private int Apply(IIptables iptables, IptablesRuleset desired)
    {
        var change = IptablesDiff.Between(_current!, desired);
        Commits += _writer.Write(iptables, change);
        _current = desired;
        return change.Changes;
    }

    /// <summary>Finds the ports that are refused by cutting what changed in two, and programs the others.</summary>
    private ProxyOutcome Isolate(IIptables iptables, ServiceTable table, IptablesException refusal)
    {
        // Which tables of the refused input took effect is not known.
        _current = Read(iptables, needed: true);
        _attempts = 0;
        var known = new HashSet<ProxiedPort>(_ports, ReferenceEqualityComparer.Instance);
        var accepted = table.Ports.Where(known.Contains).ToList();
        var problems = ImmutableArray.CreateBuilder<Problem>();
        var changes = 0;
        if (!Try([]))
            return new ProxyOutcome(0, Drift: false, [new Problem("ConfigMap kube-system/weft-config", "ProxyRefused", $"{iptables.Name} takes no rules: {refusal.Message}")]);
        Split(table.Ports.Where(port => port.IsV6 == isV6 && !known.Contains(port)).ToList());
        return new ProxyOutcome(changes, Drift: false, problems.DrainToImmutable());

        void Split(List<ProxiedPort> group)
        {
            if (group.Count == 0 || Try(group))
                return;
            if (group.Count == 1 || _attempts >= MaxAttempts)
            {
                problems.AddRange(group.Select(port => new Problem(
                    $"Service {port.Name.Namespace}/{port.Name.Service}", "ProxyRefused", $"port {port.Name} is not served on this node: {refusal.Message}")));
                return;
            }

            Split(group[..(group.Count / 2)]);
            Split(group[(group.Count / 2)..]);
        }

        bool Try(List<ProxiedPort> group)
        {
            _attempts++;
            try
            {
                changes += Apply(iptables, _compiler.Compile(table with { Ports = accepted.Concat(group).Order(ByName).ToEquatableArray() }));
                accepted.AddRange(group);
                return true;
            }
            catch (IptablesException e)
            {
                refusal = e;
                _current = Read(iptables, needed: true);
                return false;
            }
        }
    }

    private static readonly Comparer<ProxiedPort> ByName = Comparer<ProxiedPort>.Create((one, other) => one.Name.CompareTo(other.Name));
}
