using Weft.Compilers.Policies;
using Weft.Compilers.Policies.Nftables;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;
using Weft.Netlink.Nftables;
using Weft.Node.Nftables;

namespace Weft.Node.Policies;

/// <summary>How a turn of the policies went.</summary>
/// <param name="Table">What was to be enforced.</param>
/// <param name="Changes">How many elements and rules were written or removed.</param>
/// <param name="Drift">Whether others had changed what was programmed before.</param>
/// <param name="Programmed">Whether the kernel enforces <paramref name="Table"/> now.</param>
/// <param name="Problems">What is wrong with objects, and with the kernel.</param>
internal readonly record struct PolicyTurn(PolicyTable Table, int Changes, bool Drift, bool Programmed, EquatableArray<Problem> Problems);

/// <summary>The turn of the policies but for its timing: compile, and bring the kernel there. What the kernel enforced before stays when it refuses.</summary>
/// <param name="nodeName">The node.</param>
/// <param name="driver">The packet filter.</param>
internal sealed class PolicyReconciler(string nodeName, INftablesDriver driver)
{
    private readonly PolicyCompiler _compiler = new();
    private readonly TableKeeper<PolicyTable, NftPolicyProgram> _tables = Keeper(driver);

    /// <summary>The next turn reads back instead of trusting its memory.</summary>
    public void Doubt() => _tables.Doubt();

    /// <summary>One turn.</summary>
    public PolicyTurn Turn(ClusterSnapshot cluster)
    {
        var (table, problems) = _compiler.Compile(cluster, nodeName);
        try
        {
            var (changes, repairs) = _tables.Sync(table);
            return new PolicyTurn(table, changes, repairs > 0, Programmed: true, [.. problems, .. _tables.Current?.Problems ?? []]);
        }
        catch (NftException refused)
        {
            var problem = new Problem(
                $"Node {nodeName}", "PoliciesNotProgrammed", $"the kernel does not take the policies of this node, those of before stay in force: {refused.Message}");
            return new PolicyTurn(table, 0, Drift: false, Programmed: false, [.. problems, problem]);
        }
    }

    private static TableKeeper<PolicyTable, NftPolicyProgram> Keeper(INftablesDriver driver)
    {
        TableKeeper<PolicyTable, NftPolicyProgram>? keeper = null;
        return keeper = new TableKeeper<PolicyTable, NftPolicyProgram>(driver, NftPolicyProgram.Tables, found => NftPolicyProgram.Adopt(found), (program, desired) =>
        {
            var changes = keeper!.Apply(program.Plan(desired));
            program.Commit();
            return changes;
        });
    }
}
