using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Compilers.Tracing;

/// <summary>Rules of nf_tables: the interpreter runs them, once for each number that chance may throw.</summary>
/// <param name="name">The target that they are of.</param>
/// <param name="node">The node's name.</param>
/// <param name="rules">The rules.</param>
/// <param name="own">The node's addresses.</param>
internal sealed class NftPath(string name, string node, NftRuleset rules, IReadOnlySet<IpAddress> own) : ITargetPath
{
    /// <inheritdoc/>
    public string Name => name;

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

    private NftTrace Run(NftHook hook, NftPacket packet, Func<uint, uint> choose) =>
        new NftInterpreter(rules, new NftHost(address => own.Contains(address) || address.IsLoopback ? NftAddressType.Local : NftAddressType.Unicast, choose)).Run(hook, packet);

    /// <summary>A hop for each rule that did something; the last thing that it did says what.</summary>
    private EquatableArray<TraceHop> Hops(NftHook hook, NftTrace trace)
    {
        var hops = new List<TraceHop>();
        for (var i = 0; i < trace.Steps.Count; i++)
        {
            var step = trace.Steps[i];
            if (i + 1 < trace.Steps.Count && trace.Steps[i + 1] is var next && (next.Table, next.Chain, next.Rule) == (step.Table, step.Chain, step.Rule))
                continue;
            var rule = rules.Find(step.Table)?.FindChain(step.Chain)?.Rules is { } known && step.Rule < known.Count ? NftPrinter.Print(known[step.Rule], step.Table.Family) : "policy";
            var effect = step.Outcome.StartsWith("dnat", StringComparison.Ordinal) ? "chooses an endpoint" : step.Outcome;
            hops.Add(new TraceHop(node, hook.ToString().ToLowerInvariant(), $"{step.Table} {step.Chain}: {rule}", effect, Object: null));
        }

        return hops.ToEquatableArray();
    }
}
