using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Compilers.Tracing;

/// <summary>Rules of nf_tables: the interpreter runs them, once for each number that chance may throw.</summary>
internal sealed class NftPath : ITargetPath
{
    private readonly string _node;
    private readonly NftRuleset _rules;
    private readonly NftInterpreter _interpreter;
    private Func<uint, uint> _choose = _ => 0;

    /// <summary>Takes the rules.</summary>
    /// <param name="name">The target that they are of.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="own">The node's addresses.</param>
    public NftPath(string name, string node, NftRuleset rules, IReadOnlySet<IpAddress> own)
    {
        (Name, _node, _rules) = (name, node, rules);
        var host = new NftHost(address => own.Contains(address) || address.IsLoopback ? NftAddressType.Local : NftAddressType.Unicast, modulus => _choose(modulus));
        _interpreter = new NftInterpreter(rules, host);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public TargetPassage Enter(NftHook hook, NftPacket packet)
    {
        uint faces = 0;
        var first = Run(hook, packet, modulus => { faces = modulus; return 0; });
        var hops = Hops(hook, first);
        if (!first.Accepted)
            return new TargetPassage(hops, first.Decision is NftReject ? TraceOutcome.Refused : TraceOutcome.Dropped, []);
        var count = uint.Max(faces, 1);
        return new TargetPassage(
            hops,
            TraceOutcome.Delivered,
            Enumerable.Range(0, (int)count).Select(face => new TargetChoice(Run(hook, packet, _ => (uint)face).Packet, 1.0 / count, [])).ToEquatableArray());
    }

    /// <inheritdoc/>
    public (bool Masqueraded, EquatableArray<TraceHop> Hops) Leave(NftPacket packet)
    {
        var leaving = Run(NftHook.Postrouting, packet, _ => 0);
        return (leaving.Decision is NftMasquerade, Hops(NftHook.Postrouting, leaving));
    }

    // Every packet is the first of its connection: what rules remember of others must not lead it.
    private NftTrace Run(NftHook hook, NftPacket packet, Func<uint, uint> choose)
    {
        _interpreter.Memory.Clear();
        _choose = choose;
        return _interpreter.Run(hook, packet);
    }

    /// <summary>A hop for each rule that did something; the last thing that it did says what.</summary>
    private EquatableArray<TraceHop> Hops(NftHook hook, NftTrace trace)
    {
        var hops = new List<TraceHop>();
        for (var i = 0; i < trace.Steps.Count; i++)
        {
            var step = trace.Steps[i];
            if (i + 1 < trace.Steps.Count && trace.Steps[i + 1] is var next && (next.Table, next.Chain, next.Rule) == (step.Table, step.Chain, step.Rule))
                continue;
            var rule = _rules.Find(step.Table)?.FindChain(step.Chain)?.Rules is { } known && step.Rule < known.Count ? NftPrinter.Print(known[step.Rule], step.Table.Family) : "policy";
            var effect = step.Outcome.StartsWith("dnat", StringComparison.Ordinal) ? "chooses an endpoint" : step.Outcome;
            hops.Add(new TraceHop(_node, hook.ToString().ToLowerInvariant(), $"{step.Table} {step.Chain}: {rule}", effect, Object: null));
        }

        return hops.ToEquatableArray();
    }
}
