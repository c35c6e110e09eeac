using Weft.Compilers.Nftables;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>
/// Policies as nftables: the table <c>inet weft-policies</c>, of a constant number of chains and large maps, and with the same content
/// <c>bridge weft-policies</c> where pods of a bridge would escape it. Holds which numbers classes and identities have, so that a change becomes a batch of
/// the elements that changed.
/// </summary>
/// <remarks>
/// <code>
/// var program = NftPolicyProgram.Adopt(driver.ReadBack(NftPolicyProgram.Tables));
/// driver.Apply(program.Plan(desired));      // empty when the kernel has everything
/// program.Commit();                         // or, when the kernel refused, Plan again: what was not committed is forgotten
/// </code>
/// Pure: it touches no kernel. Not for concurrent use. Without a pod that policies select there is no table, so that nobody pays for it.
/// </remarks>
public sealed class NftPolicyProgram : INftProgram<PolicyTable>
{
    /// <summary>The most verdicts that one class may have; beyond, its pods are denied everything and <see cref="Problems"/> says so.</summary>
    public const int LargestClass = 262_144;

    private readonly EquatableArray<NftTableId> _tables;
    private readonly PolicyState _state;
    private NftReadBack? _adopted;
    private PolicySeed? _seed;
    private PolicyTable _committed = PolicyTable.Empty;
    private PolicyTable? _planned;
    private (uint Lengths, bool Audits)? _frame;
    private (uint Lengths, bool Audits)? _plannedFrame;

    private NftPolicyProgram(bool withBridge, int largestClass)
    {
        _tables = withBridge ? Tables : [Routed];
        _state = new PolicyState(largestClass);
    }

    /// <summary>The tables it writes: what to ask a read-back for, and what to delete when nothing is to be enforced any more.</summary>
    public static EquatableArray<NftTableId> Tables { get; } = [PolicySets.Table, PolicySets.BridgeTable];

    /// <summary>The table in which routed packets are judged, and those of this node.</summary>
    public static NftTableId Routed => PolicySets.Table;

    /// <summary>The table in which frames between two pods on one bridge are judged, where that is needed.</summary>
    public static NftTableId Bridged => PolicySets.BridgeTable;

    /// <summary>What was planned and committed last.</summary>
    public PolicyTable Committed => _committed;

    /// <summary>What the last plan could not enforce as it is written; it denies instead.</summary>
    public EquatableArray<Problem> Problems => _state.Verdicts.Problems.ToEquatableArray();

    /// <summary>Takes over what is in the kernel, whoever wrote it.</summary>
    /// <param name="found">What a read-back found; null stands for none of <see cref="Tables"/> is there.</param>
    /// <param name="withBridge">
    /// Whether frames between two pods on one bridge are judged by a table of the bridge family, which takes nf_conntrack_bridge (Linux 5.3). Not with
    /// br_netfilter, which sends them through the other table.
    /// </param>
    /// <param name="largestClass">See <see cref="LargestClass"/>.</param>
    public static NftPolicyProgram Adopt(NftReadBack? found, bool withBridge = false, int largestClass = LargestClass)
    {
        var program = new NftPolicyProgram(withBridge, largestClass);
        var ours = found?.Ruleset.Tables.Where(table => Tables.AsSpan().Contains(table.Id)).ToEquatableArray() ?? [];
        if (found is null || ours.Count == 0)
            return program;
        program._adopted = found with { Ruleset = new NftRuleset { Tables = ours } };
        program._seed = new PolicySeed(ours[0]);
        return program;
    }

    /// <summary>The whole ruleset for a table, from nothing.</summary>
    public static NftRuleset Compile(PolicyTable table, bool withBridge = false)
    {
        var program = new NftPolicyProgram(withBridge, LargestClass);
        program.Plan(table);
        program.Commit();
        return program.Ruleset();
    }

    /// <inheritdoc/>
    public NftBatch Plan(PolicyTable desired)
    {
        _state.Discard();
        _planned = desired;
        var isNeeded = desired.Pods.Count > 0;
        var changes = _state.Plan(Enforced, isNeeded ? desired : PolicyTable.Empty, _seed);
        _plannedFrame = isNeeded ? (_state.Verdicts.Lengths, desired.Pods.Any(pod => pod.AuditedEgress is not null || pod.AuditedIngress is not null)) : null;
        if (_frame is { } before && _plannedFrame is { } after)
            return new NftBatch([.. _tables.SelectMany(table => Change(table, before, after, changes))]);
        if (_adopted is { } found)
            return NftDiff.Between(found, _plannedFrame is { } whole ? RulesetOf(whole, desired) : NftRuleset.Empty);
        return _plannedFrame is { } frame
            ? new NftBatch([.. _tables.SelectMany(table => Create(table, frame, changes))])
            : new NftBatch([.. _frame is null ? [] : _tables.Select(table => new NftDeleteTable(table))]);
    }

    /// <inheritdoc/>
    public void Commit()
    {
        _committed = _planned ?? throw new InvalidOperationException("there is no plan to commit");
        _planned = null;
        _adopted = null;
        _seed = null;
        _frame = _plannedFrame;
        _state.Commit();
    }

    /// <summary>What is committed, as a whole: what a read-back must equal. A plan that was not committed is forgotten.</summary>
    public NftRuleset Ruleset()
    {
        _state.Discard();
        _planned = null;
        return _frame is { } frame ? RulesetOf(frame, _committed) : NftRuleset.Empty;
    }

    /// <summary>What an element of the last plan's batch, or of the committed state, stands for; null for what many share.</summary>
    public PolicyElementOwner? Owner(string set, NftElement element)
    {
        if (PolicySets.IsVerdicts(set))
            return OwnerOfVerdict(set, element);
        return PolicySets.IsClasses(set) && _state.Classes.Find(PolicyElements.NumberOf(element)) is { } state
            ? new PolicyElementOwner(state.Class, Peer: null, Decision: null)
            : null;
    }

    /// <summary>What an operation's element stands for, as for a refused one; null for what many share.</summary>
    public PolicyElementOwner? Owner(NftOperation? operation, NftElement? element) => (operation, element) switch
    {
        (NftAddElements add, { } found) => Owner(add.Set.Name, found),
        (NftDeleteElements delete, { } found) => Owner(delete.Set.Name, found),
        _ => null,
    };

    private PolicyElementOwner? OwnerOfVerdict(string set, NftElement element)
    {
        var (number, identity) = PolicyElements.PairOf(element.Key);
        var peer = _state.Identities.Find(identity);
        if (_state.Classes.Find(number) is not { } state || (identity != PolicySets.Everybody && peer is null))
            return null;

        // A number that is no protocol stands for those without ports.
        if (set == PolicySets.Any)
            return new PolicyElementOwner(state.Class, peer, state.Class.Decide(peer, byte.MaxValue, port: null));
        var (protocol, port) = PolicyElements.PortOf(element.Key);
        if (set == PolicySets.Ports)
            return new PolicyElementOwner(state.Class, peer, state.Class.Decide(peer, protocol, port));
        var decision = PortPrefixes.LengthOf(port) == 0
            ? state.Rules.DecisionOf(VerdictWriter.Most((peer is null ? state.Rules.Everybody : state.Rules.Of(peer)).Of(protocol)))
            : state.Class.Decide(peer, protocol, PortPrefixes.First(port));
        return new PolicyElementOwner(state.Class, peer, decision);
    }

    /// <summary>A table from nothing; until its rules come last, it does nothing.</summary>
    private static IEnumerable<NftOperation> Create(NftTableId table, (uint Lengths, bool Audits) frame, PolicyChanges content)
    {
        var operations = NftDiff.Between(NftRuleset.Empty, RulesetOf(Frame(table, frame))).Operations;
        return [.. operations.Where(operation => operation is not NftAddRule), .. content.Operations(table), .. operations.Where(operation => operation is NftAddRule)];
    }

    private static IEnumerable<NftOperation> Change(
        NftTableId table, (uint Lengths, bool Audits) before, (uint Lengths, bool Audits) after, PolicyChanges changes)
    {
        var elements = changes.Operations(table);
        if (before == after)
            return elements;
        var rules = NftDiff.Between(RulesetOf(Frame(table, before)), RulesetOf(Frame(table, after))).Operations;

        // Rules that look something up come before what they find, and go after it.
        return (after.Lengths & ~before.Lengths) != 0 || after.Audits ? [.. rules, .. elements] : [.. elements, .. rules];
    }

    private NftRuleset RulesetOf((uint Lengths, bool Audits) frame, PolicyTable content)
    {
        var all = _state.Whole(content);
        return RulesetOf([.. _tables.Select(table => WithElements(Frame(table, frame), all))]);
    }

    // Without pods nothing of a table is in the kernel.
    private PolicyTable Enforced => _frame is null ? PolicyTable.Empty : _committed;

    private static NftTable Frame(NftTableId table, (uint Lengths, bool Audits) frame) => new PolicyFrame(table, frame.Lengths, frame.Audits).Build();

    private static NftTable WithElements(NftTable frame, PolicyChanges all) =>
        frame with { Sets = frame.Sets.Select(set => set with { Elements = [.. all.Added(set.Name)] }).ToEquatableArray() };

    private static NftRuleset RulesetOf(params EquatableArray<NftTable> tables) => new() { Tables = tables };
}

/// <summary>What an element stands for.</summary>
/// <param name="Class">The rules.</param>
/// <param name="Peer">Who the other end is; null for whom no rule names, and for elements that only say which class a pod has.</param>
/// <param name="Decision">What they decide, and by which rule; null for elements that decide nothing.</param>
public sealed record PolicyElementOwner(PolicyClass Class, PeerIdentity? Peer, PolicyDecision? Decision);
