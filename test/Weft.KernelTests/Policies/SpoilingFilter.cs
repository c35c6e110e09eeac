using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Nftables;

namespace Weft.KernelTests.Policies;

/// <summary>The kernel's packet filter, for which some elements of maps are spoilt on the way: they lead to nothing, so the kernel itself refuses them.</summary>
/// <param name="kernel">The packet filter.</param>
/// <param name="isSpoilt">Chooses elements, in whatever table and set.</param>
internal sealed class SpoilingFilter(INftablesDriver kernel, Predicate<NftElement> isSpoilt) : INftablesDriver
{
    /// <summary>How many batches the kernel refused.</summary>
    public int Refusals { get; private set; }

    public NftReadBack ReadBack(params EquatableArray<NftTableId> tables) => kernel.ReadBack(tables);

    public uint Generation() => kernel.Generation();

    public void Apply(NftBatch batch)
    {
        var spoilt = new Dictionary<NftElement, NftElement>(ReferenceEqualityComparer.Instance);
        try
        {
            kernel.Apply(new NftBatch([.. batch.Operations.Select(operation => Spoil(operation, spoilt))], batch.Generation));
        }
        catch (NftException refused)
        {
            Refusals++;
            throw new NftException(
                refused.Message, refused.Errno, refused.Operation, refused.Element is { } element ? spoilt.GetValueOrDefault(element, element) : null, refused);
        }
    }

    private NftOperation Spoil(NftOperation operation, Dictionary<NftElement, NftElement> spoilt)
    {
        if (operation is not NftAddElements add || !add.Elements.Any(element => isSpoilt(element)))
            return operation;
        return add with { Elements = [.. add.Elements.Select(element => isSpoilt(element) ? Spoil(element) : element)] };

        NftElement Spoil(NftElement element)
        {
            var broken = element with { Data = null, Verdict = null };
            spoilt[broken] = element;
            return broken;
        }
    }
}
