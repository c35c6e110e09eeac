using Weft.Compilers.Services.Nftables;
using Weft.KernelTests.Node;
using Weft.Model.Services;

namespace Weft.KernelTests.ServiceProxy;

/// <summary>Real connections through the nftables target.</summary>
public sealed class NftServiceTrafficTests : ServiceTrafficContract
{
    private protected override Action<TestNode, ServiceTable> Programmer() => static (node, table) =>
    {
        var program = NftServiceProgram.Adopt(node.Filter.ReadBack(NftServiceProgram.Tables));
        node.Filter.Apply(program.Plan(table));
        program.Commit();
    };
}
