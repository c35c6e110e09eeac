namespace Weft.KernelTests.Nftables;

/// <summary>Tests that own the packet filter of the process's namespace, one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NftablesCollection
{
    public const string Name = "nftables";
}
