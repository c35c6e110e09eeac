using Weft.Model.Nftables;

namespace Weft.Compilers.Nftables;

/// <summary>A compiler of tables that remembers what is in the kernel, so that a change becomes a batch of what changed.</summary>
/// <typeparam name="TState">What is to be programmed.</typeparam>
public interface INftProgram<TState>
{
    /// <summary>What was planned and committed last.</summary>
    TState Committed { get; }

    /// <summary>The batch that leads from what is committed (or was adopted) to <paramref name="desired"/>. An earlier plan that was not committed is forgotten.</summary>
    NftBatch Plan(TState desired);

    /// <summary>The batch of the last <see cref="Plan"/> has been applied.</summary>
    /// <exception cref="InvalidOperationException">There is no plan.</exception>
    void Commit();

    /// <summary>What is committed, as a whole: what a read-back must equal.</summary>
    NftRuleset Ruleset();
}
