using Weft.Cni.Plugins;
using Weft.Cni.Rules;
using Weft.Model.Nftables;
using Weft.Model.Policies;

namespace Weft.Cni.Attach;

/// <summary>The packet filter rules of attachments, by request.</summary>
internal static class RequestRules
{
    /// <summary>What the request's attachment is known by.</summary>
    public static string OwnerOf(PluginRequest request) => AttachmentRules.OwnerOf(request.Network, request.Attachment);

    /// <summary>Begins the rules of the request's attachment.</summary>
    public static AttachmentRules Begin(PluginRequest request) => new(request.Network, request.Attachment);

    /// <summary>Removes what the request's attachment has, also when only its result is known.</summary>
    public static void Remove(IPluginWorld world, PluginRequest request)
    {
        var owner = OwnerOf(request);
        var keys = new HashSet<NftData>();
        foreach (var address in request.Previous?.Addresses ?? default)
            keys.Add(NftData.Of(address.Address));
        new RuleStore(world).Remove(element => element.Comment == owner || keys.Contains(element.Key));
    }

    /// <summary>Lets the request's attachment out of its isolation.</summary>
    public static void Release(IPluginWorld world, PluginRequest request)
    {
        var owner = OwnerOf(request);
        new RuleStore(world).Remove(element => element.Comment == owner, StartingPods.Tables);
    }

    /// <summary>Removes what belongs to this network and to no valid attachment.</summary>
    public static void CollectGarbage(IPluginWorld world, PluginRequest request)
    {
        var valid = new HashSet<string>();
        foreach (var attachment in request.ValidAttachments())
            valid.Add(AttachmentRules.OwnerOf(request.Network, attachment));
        var prefix = $"{request.Network} ";
        new RuleStore(world).Remove(element => element.Comment is { } owner
            && owner.StartsWith(prefix, StringComparison.Ordinal) && !valid.Contains(owner));
    }
}
