using Weft.Cni.Attach;
using Weft.Cni.Protocol;
using Weft.Model;
using Weft.Model.Links;
using Weft.Netlink;

namespace Weft.Cni.Bridge;

/// <summary>The bridge that the pods of a node share: made by the first ADD, kept by all.</summary>
/// <param name="world">The host.</param>
/// <param name="config">What the bridge is to be like.</param>
/// <param name="undo">Takes the ways back of what is made.</param>
internal sealed class BridgeDevice(IPluginWorld world, BridgeConfig config, Undo undo)
{
    private readonly string _name = config.Bridge;

    /// <summary>Makes the bridge when it is missing, and verifies that it is one.</summary>
    /// <exception cref="CniException">A link of another kind has the name.</exception>
    public Link Ensure()
    {
        var found = world.Host.FindLink(_name);
        if (found is null)
            Create();
        found ??= world.Host.FindLink(_name) ?? throw CniException.Internal($"could not lookup \"{_name}\": Link not found");
        if (found.Kind is not BridgeKind)
            throw CniException.Internal($"\"{_name}\" already exists but is not a bridge");
        if (!found.Up)
            world.Host.ChangeLink(_name, new LinkChange { Up = true });
        if (config.Promiscuous && !found.Promiscuous)
            world.Host.ChangeLink(_name, new LinkChange { Promiscuous = true });
        return found;
    }

    /// <summary>Gives the bridge the gateway's address of every address.</summary>
    /// <exception cref="CniException">It has another one already, and the configuration does not force it.</exception>
    public void AddGateways(EquatableArray<CniAddress> addresses)
    {
        foreach (var address in addresses)
        {
            if (address.Gateway is { } gateway)
                AddGateway(new InterfaceAddress(_name, gateway, address.PrefixLength) { NoDad = gateway.IsV6 && !config.DetectDuplicates });
        }
    }

    /// <summary>Fails when the bridge is not as ADD left it.</summary>
    public void Check(CniResult previous)
    {
        var link = world.Host.FindLink(_name) ?? throw CniException.Internal($"Interface name {_name} not found");
        if (link.Kind is not BridgeKind)
            throw CniException.Internal($"Interface {_name} does not have link type of bridge");
        foreach (var told in previous.Interfaces)
        {
            if (told.Name == _name && string.IsNullOrEmpty(told.Sandbox))
                AttachmentChecks.MacIsAsTold(told, link);
        }

        if (!link.Up)
            throw CniException.Internal($"Bridge interface {_name} is down");
        if (!config.IsGateway)
            return;
        var present = world.Host.Addresses(_name);
        foreach (var address in previous.Addresses)
        {
            if (address.Gateway is { } gateway && !present.Any(each => each.Address == gateway))
                throw CniException.Internal($"Bridge interface {_name} has lost the gateway's address {gateway}");
        }
    }

    private void Create()
    {
        try
        {
            // A hardware address of its own: the kernel would take the lowest of the ports', and change it as pods come and go.
            world.Host.CreateLink(new LinkSpec(_name, new BridgeKind()) { Up = false, Mtu = config.Mtu, Address = HardwareAddresses.Draw() });
            undo.Push(RemoveUnlessUsed);
            world.Settings.Apply(GatewayLink.Settings(_name, config.DetectDuplicates));
        }
        catch (NetlinkException error) when (error.AlreadyExists)
        {
            // Another ADD was faster.
        }
    }

    private void RemoveUnlessUsed()
    {
        if (!world.Host.Links().Any(link => link.Master == _name))
            world.Host.DeleteLink(_name);
    }

    private void AddGateway(InterfaceAddress wanted)
    {
        foreach (var present in world.Host.Addresses(_name))
        {
            if (present.Address == wanted.Address && present.PrefixLength == wanted.PrefixLength)
                return;
            if (present.Address.IsV6 != wanted.Address.IsV6)
                continue;
            var excluded = !wanted.Address.IsV6 || present.Prefix.Overlaps(wanted.Prefix);
            if (!excluded)
                continue;
            if (!config.ForceAddress)
                throw CniException.Internal($"failed to set bridge addr: \"{_name}\" already has an IP address different from {wanted.Address}/{wanted.PrefixLength}");
            world.Host.DeleteAddress(present);
        }

        try
        {
            world.Host.AddAddress(wanted);
            undo.Push(() => RemoveGatewayUnlessUsed(wanted));
        }
        catch (NetlinkException error) when (error.AlreadyExists)
        {
            // Another ADD was faster.
        }
    }

    private void RemoveGatewayUnlessUsed(InterfaceAddress address)
    {
        if (!world.Host.Links().Any(link => link.Master == _name))
            world.Host.DeleteAddress(address);
    }
}
