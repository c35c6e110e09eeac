using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Policies;

namespace Weft.Cni.Rules;

/// <summary>The elements that one attachment wants in <see cref="RuleTables"/>.</summary>
internal sealed class AttachmentRules
{
    private readonly List<(NftTableId Table, NftSet Set, NftElement Element)> _elements = [];
    private readonly List<NftChain> _chains = [];
    private readonly string _owner;

    /// <summary>Begins with none.</summary>
    public AttachmentRules(string network, Attachment attachment) => _owner = OwnerOf(network, attachment);

    /// <summary>Whether there is nothing to program.</summary>
    public bool IsEmpty => _elements.Count == 0;

    /// <summary>The elements.</summary>
    public IReadOnlyList<(NftTableId Table, NftSet Set, NftElement Element)> Elements => _elements;

    /// <summary>Chains that elements lead to.</summary>
    public IReadOnlyList<NftChain> Chains => _chains;

    /// <summary>The comment on every element of an attachment: the words themselves, or what fits and a hash.</summary>
    public static string OwnerOf(string network, Attachment attachment)
    {
        var words = $"{network} {attachment.ContainerId} {attachment.InterfaceName}";
        return words.Length <= NftRule.MaxCommentLength ? words : $"{words[..100]} {Hash(words):x16}";
    }

    /// <summary>Rewrites the source of what the addresses send to the outside of their subnets.</summary>
    public AttachmentRules Masquerade(EquatableArray<CniAddress> addresses)
    {
        foreach (var address in addresses)
        {
            var chain = RuleTables.MasqueradeChain(address.Subnet);
            _chains.Add(chain);
            var set = address.Address.IsV6 ? RuleTables.Masquerade6 : RuleTables.Masquerade4;
            Add(RuleTables.Masquerade, set, new NftElement(NftData.Of(address.Address), Verdict: NftVerdict.Goto(chain.Name)));
        }

        return this;
    }

    /// <summary>Holds a routed pod to its addresses.</summary>
    public AttachmentRules GuardRouted(string device, EquatableArray<CniAddress> addresses)
    {
        var name = NftData.Name(device);
        Add(RuleTables.Source, RuleTables.Guarded, new NftElement(name));
        foreach (var address in addresses)
        {
            var set = address.Address.IsV6 ? RuleTables.Source6 : RuleTables.Source4;
            Add(RuleTables.Source, set, new NftElement(NftData.Concat(name, NftData.Of(address.Address))));
        }

        return this;
    }

    /// <summary>Holds a bridged pod to its hardware address and its addresses.</summary>
    public AttachmentRules GuardBridged(string device, MacAddress mac, EquatableArray<CniAddress> addresses)
    {
        GuardMac(device, mac);
        var name = NftData.Name(device);
        Add(RuleTables.BridgeSource, RuleTables.Guarded, new NftElement(name));
        foreach (var address in addresses)
        {
            var set = address.Address.IsV6 ? RuleTables.BridgeSource6 : RuleTables.BridgeSource4;
            Add(RuleTables.BridgeSource, set, new NftElement(NftData.Concat(name, NftData.Of(mac), NftData.Of(address.Address))));
        }

        return this;
    }

    /// <summary>Holds a bridged pod to its hardware address alone.</summary>
    public AttachmentRules GuardMac(string device, MacAddress mac)
    {
        var name = NftData.Name(device);
        if (_elements.Exists(each => each.Set == RuleTables.MacGuarded))
            return this;
        Add(RuleTables.BridgeSource, RuleTables.MacGuarded, new NftElement(name));
        Add(RuleTables.BridgeSource, RuleTables.Macs, new NftElement(NftData.Concat(name, NftData.Of(mac))));
        return this;
    }

    /// <summary>Isolates a pod until its policies are known.</summary>
    /// <param name="addresses">The pod's.</param>
    /// <param name="isBridged">Whether packets can reach it without being routed.</param>
    public AttachmentRules Isolate(EquatableArray<CniAddress> addresses, bool isBridged)
    {
        foreach (var address in addresses)
        {
            var (set, element) = (address.Address.IsV6 ? StartingPods.V6 : StartingPods.V4, new NftElement(NftData.Of(address.Address)));
            Add(StartingPods.Table, set, element);
            if (isBridged)
                Add(StartingPods.BridgeTable, set, element);
        }

        return this;
    }

    private void Add(NftTableId table, NftSet set, NftElement element) => _elements.Add((table, set, element with { Comment = _owner }));

    /// <summary>FNV-1a, 64 bits: only to tell long names apart.</summary>
    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
            hash = unchecked((hash ^ c) * 1099511628211UL);
        return hash;
    }
}
