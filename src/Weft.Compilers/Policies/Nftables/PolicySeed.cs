using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>The numbers that are in the kernel already: whoever takes them over changes nothing.</summary>
internal sealed class PolicySeed
{
    private readonly Dictionary<(string Set, NftData Address), uint> _numbers = [];

    /// <param name="table">What is in the kernel.</param>
    public PolicySeed(NftTable table)
    {
        foreach (var set in PolicySets.All)
        {
            if (set.DataType != NftType.Mark || table.FindSet(set.Name) is not { } found || !found.HasSameDefinition(set))
                continue;
            foreach (var element in found.Elements)
                _numbers[(set.Name, element.Key)] = PolicyElements.NumberOf(element);
        }
    }

    /// <summary>The number of a pod's class.</summary>
    public uint? ClassOf(PolicedPod pod, PolicyDirection direction, bool audited) =>
        Find(PolicySets.Classes(direction, audited, pod.Address.IsV6), pod.Address);

    /// <summary>The number of who an address is; of a range, the first address.</summary>
    public uint? IdentityOf(IpAddress address, bool isRange) => Find(isRange ? PolicySets.Blocks(address.IsV6) : PolicySets.Peers(address.IsV6), address);

    private uint? Find(string set, IpAddress address) => _numbers.TryGetValue((set, NftData.Of(address)), out var number) && number != 0 ? number : null;
}
