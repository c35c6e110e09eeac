using Weft.Compilers.Policies;
using Weft.Compilers.Policies.Nftables;
using Weft.KernelTests.Node;
using Weft.Kubernetes;

namespace Weft.KernelTests.Policies.TruthTables;

/// <summary>What the agent does for the policies of one node, turn by turn: it remembers, and sends the kernel what changed.</summary>
internal sealed class EnforcedNode(TestNode node)
{
    private readonly PolicyCompiler _compiler = new();
    private readonly NftPolicyProgram _program = NftPolicyProgram.Adopt(found: null);

    /// <summary>A turn.</summary>
    public void Enforce(ClusterSnapshot cluster)
    {
        node.Filter.Apply(_program.Plan(_compiler.Compile(cluster, node.Name).Table));
        _program.Commit();
    }
}
