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
/// Pure: it touches no kernel. Not for concurrent use. The tables exist also when no policy does.
/// </remarks>
public sealed class NftPolicyProgram
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
    private (uint Lengths, bool Audits) _plannedFrame;

    private NftPolicyProgram(bool withBridge, int largestClass)
    {
        _tables = withBridge ? Tables : [PolicySets.Table];
        _state = new PolicyState(largestClass);
    }

    /// <summary>The tables it writes: what to ask a read-back for, and what to delete when nothing is to be enforced any more.</summary>
    public static EquatableArray<NftTableId> Tables { get; } = [PolicySets.Table, PolicySets.BridgeTable];

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

    /// <summary>The batch that leads from what is committed (or was adopted) to <paramref name="desired"/>. An earlier plan that was not committed is forgotten.</summary>
    /// <param name="desired">What shall be enforced.</param>
    public NftBatch Plan(PolicyTable desired)
    {
        _state.Discard();
        _planned = desired;
        var changes = _state.Plan(_committed, desired, _seed);
        _plannedFrame = (_state.Verdicts.Lengths, desired.Pods.Any(pod => pod.AuditedEgress is not null || pod.AuditedIngress is not null));
        return _frame is { } frame
            ? new NftBatch([.. _tables.SelectMany(table => Change(table, frame, changes))])
            : NftDiff.Between(_adopted ?? new NftReadBack(NftRuleset.Empty, 0), RulesetOf(_plannedFrame, desired)) with { Generation = _adopted?.Generation };
    }

    /// <summary>The batch of the last <see cref="Plan"/> has been applied.</summary>
    /// <exception cref="InvalidOperationException">There is no plan.</exception>
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

    /// <summary>What the kernel has counted of each verdict, those that counted nothing left out.</summary>
    /// <param name="found">A read-back of <see cref="Tables"/>; verdicts that are not committed are left out.</param>
    public IEnumerable<(PolicyElementOwner Owner, NftCounts Counts)> Counts(NftReadBack found)
    {
        foreach (var table in found.Ruleset.Tables.Where(table => Tables.AsSpan().Contains(table.Id)))
        {
            foreach (var set in table.Sets.Where(set => PolicySets.IsVerdicts(set.Name)))
            {
                foreach (var element in set.Elements.Where(element => element.Counts.Packets > 0))
                {
                    if (OwnerOfVerdict(set.Name, element) is { } owner)
                        yield return (owner, element.Counts);
                }
            }
        }
    }

    private PolicyElementOwner? OwnerOfVerdict(string set, NftElement element)
    {
        var (number, identity) = PolicyElements.PairOf(element.Key);
        var peer = _state.Identities.Find(identity);
        if (_state.Classes.Find(number) is not { } state || (identity != PolicySets.Everybody && peer is null))
            return null;

        // A number that is no protocol stands for those without ports.
        var (protocol, port) = set == PolicySets.Any ? (byte.MaxValue, null) : PortOf(set, element);
        return new PolicyElementOwner(state.Class, peer, state.Class.Decide(peer, protocol, port));
    }

    private static (byte Protocol, ushort? Port) PortOf(string set, NftElement element)
    {
        var (protocol, key) = PolicyElements.PortOf(element.Key);
        return (protocol, set == PolicySets.Ranges ? PortPrefixes.First(key) : key);
    }

    private IEnumerable<NftOperation> Change(NftTableId table, (uint Lengths, bool Audits) frame, PolicyChanges changes)
    {
        var elements = changes.Operations(table);
        if (frame == _plannedFrame)
            return elements;
        var rules = NftDiff.Between(RulesetOf(Frame(table, frame)), RulesetOf(Frame(table, _plannedFrame))).Operations;

        // Rules that look something up come before what they find, and go after it.
        return (_plannedFrame.Lengths & ~frame.Lengths) != 0 || _plannedFrame.Audits ? [.. rules, .. elements] : [.. elements, .. rules];
    }

    private NftRuleset RulesetOf((uint Lengths, bool Audits) frame, PolicyTable content)
    {
        var all = _state.Whole(content);
        return RulesetOf([.. _tables.Select(table => WithElements(Frame(table, frame), all))]);
    }

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
