using Weft.Compilers.Policies;
using Weft.Compilers.Policies.Nftables;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Node.Nftables;

namespace Weft.Node.Policies;

/// <summary>How a turn of the policies went.</summary>
/// <param name="Table">What is enforced: what was to be, with policies closed that the kernel refuses. What was to be when nothing was programmed.</param>
/// <param name="Changes">How many elements and rules were written or removed.</param>
/// <param name="Drift">Whether others had changed what was programmed before.</param>
/// <param name="Programmed">Whether the kernel enforces <paramref name="Table"/> now.</param>
/// <param name="Problems">What is wrong with objects, and with the kernel.</param>
internal readonly record struct PolicyTurn(PolicyTable Table, int Changes, bool Drift, bool Programmed, EquatableArray<Problem> Problems)
{
    /// <summary>How many policies' rules the kernel refuses.</summary>
    public int Refused { get; init; }
}

/// <summary>
/// The turn of the policies but for its timing: compile, and bring the kernel there. Policies that the kernel refuses are closed and the others programmed; when
/// it refuses whatever the policy, what it enforced before stays.
/// </summary>
internal sealed class PolicyReconciler
{
    private readonly string _nodeName;
    private readonly PolicyCompiler _compiler = new();
    private readonly INftablesDriver _driver;
    private readonly RefusedPolicies _refused;
    private readonly BridgeFrames? _bridge;
    private TableKeeper<PolicyTable, NftPolicyProgram> _tables;
    private bool _withBridge;
    private PolicyTable? _enforced;
    private PolicyRuleName? _blamed;

    /// <param name="nodeName">The node.</param>
    /// <param name="driver">The packet filter.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <param name="sysctls">The kernel's settings; without them no frames on bridges are judged by themselves.</param>
    public PolicyReconciler(string nodeName, INftablesDriver driver, TimeProvider? time = null, ISysctls? sysctls = null)
    {
        (_nodeName, _driver) = (nodeName, driver);
        _refused = new RefusedPolicies(nodeName, time ?? TimeProvider.System);
        _bridge = sysctls is null ? null : new BridgeFrames(sysctls, time ?? TimeProvider.System);
        _tables = Keeper(withBridge: false);
    }

    /// <summary>The next turn reads back instead of trusting its memory.</summary>
    public void Doubt()
    {
        _tables.Doubt();
        _refused.Review();
    }

    /// <summary>One turn.</summary>
    public PolicyTurn Turn(ClusterSnapshot cluster)
    {
        var (table, problems) = _compiler.Compile(cluster, _nodeName);
        UseBridge(_bridge?.NeedTable(cluster) ?? false);
        try
        {
            var (changes, repairs) = (0, 0);
            _enforced = Attempt(_refused.Close(table)) is { } refusal
                ? new RefusalSearch(Attempt, _refused).Program(table, _enforced, refusal)
                : _refused.Close(table);
            return new PolicyTurn(_enforced, changes, repairs > 0, Programmed: true, [.. problems, .. _refused.Problems, .. _tables.Current?.Problems ?? [], .. _bridge?.Problems(_nodeName) ?? []])
            {
                Refused = _refused.Count,
            };

            Refusal? Attempt(PolicyTable wanted)
            {
                try
                {
                    var (written, repaired) = _tables.Sync(wanted);
                    (changes, repairs) = (changes + written, repairs + repaired);
                    if (_withBridge)
                        _bridge!.NoteTaken();
                    return null;
                }
                catch (NftException refused) when (_withBridge && _bridge!.Note(refused))
                {
                    UseBridge(wanted: false);
                    return Attempt(wanted);
                }
                catch (NftException refused) when (!TableKeeper<PolicyTable, NftPolicyProgram>.IsPassing(refused))
                {
                    return new Refusal(refused, _blamed);
                }
            }
        }
        catch (NftException refused)
        {
            var problem = new Problem(
                $"Node {_nodeName}", "PoliciesNotProgrammed", $"the kernel does not take the policies of this node, those of before stay in force: {refused.Message}");
            return new PolicyTurn(table, 0, Drift: false, Programmed: false, [.. problems, problem]);
        }
    }

    /// <summary>A keeper for other tables reads back what is there, and removes what is too much.</summary>
    private void UseBridge(bool wanted)
    {
        if (wanted != _withBridge)
            _tables = Keeper(_withBridge = wanted);
    }

    private TableKeeper<PolicyTable, NftPolicyProgram> Keeper(bool withBridge) =>
        new(_driver, NftPolicyProgram.Tables, found => NftPolicyProgram.Adopt(found, withBridge), Program);

    private int Program(NftPolicyProgram program, PolicyTable desired)
    {
        _blamed = null;
        try
        {
            var changes = _tables.Apply(program.Plan(desired));
            program.Commit();
            return changes;
        }
        catch (NftException refused) when (program.Owner(refused.Operation, refused.Element)?.Decision?.Rule is { } rule)
        {
            _blamed = ClosedPolicies.PartOf(rule);
            throw;
        }
    }
}
