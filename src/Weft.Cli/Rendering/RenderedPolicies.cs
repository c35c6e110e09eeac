using Weft.Compilers.Policies;
using Weft.Compilers.Policies.Nftables;
using Weft.Model.Nftables;
using Weft.Model.Policies;

namespace Weft.Cli.Rendering;

/// <summary>What a node would enforce of policies, as text.</summary>
internal static class RenderedPolicies
{
    public static readonly string[] Targets = ["words", "nftables"];

    /// <param name="target">One of <see cref="Targets"/>.</param>
    /// <param name="table">What to enforce.</param>
    public static string Of(string target, PolicyTable table) => target switch
    {
        "nftables" => NftPrinter.Print(NftPolicyProgram.Compile(table)),
        _ => table.Pods.Count == 0 ? "no policy selects a pod of this node\n" : PolicyText.Of(table),
    };
}
