using Weft.Model.Links;
using Weft.Model.Routes;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Fakes;

public sealed partial class FakeNetworkStack
{
    private readonly List<InterfaceAddress> _addresses = [];

    /// <inheritdoc/>
    public IReadOnlyList<InterfaceAddress> Addresses(string? device = null)
    {
        lock (_turn)
        {
            if (device is not null)
                Require(device, "list addresses of");
            return _addresses.FindAll(address => device is null || Same(address.Device, device));
        }
    }

    /// <inheritdoc/>
    public void AddAddress(InterfaceAddress address)
    {
        lock (_turn)
        {
            if (IndexOf(address) >= 0)
                throw Refuse($"add address {address}", Errno.EEXIST, "Address already assigned.");
            Put(address);
        }
    }

    /// <inheritdoc/>
    public void ReplaceAddress(InterfaceAddress address)
    {
        lock (_turn)
        {
            var index = IndexOf(address);
            if (index >= 0)
                _addresses.RemoveAt(index);
            Put(address);
        }
    }

    /// <inheritdoc/>
    public bool DeleteAddress(InterfaceAddress address)
    {
        lock (_turn)
        {
            Require(address.Device, "delete address on");
            var index = IndexOf(address);
            if (index < 0)
                return false;
            Notify(new NetworkChange.OfAddress(_addresses[index], Removed: true));
            _addresses.RemoveAt(index);
            return true;
        }
    }

    private static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.Ordinal);

    private void Put(InterfaceAddress address)
    {
        if (address.PrefixLength < 0 || address.PrefixLength > address.Address.BitLength)
            throw new ArgumentException($"{address}: the prefix length lies outside of 0 to {address.Address.BitLength}", nameof(address));
        Require(address.Device, "add address on");
        var scope = address.Scope == InterfaceAddress.UsualScope(address.Address) ? null : address.Scope;
        _addresses.Add(address with { Scope = scope, State = address.Deprecated ? AddressState.Deprecated : AddressState.None });
        Notify(new NetworkChange.OfAddress(_addresses[^1], Removed: false));
    }

    // IPv4 tells addresses of a link apart by their prefix length too, IPv6 does not.
    private int IndexOf(InterfaceAddress wanted) => _addresses.FindIndex(address =>
        Same(address.Device, wanted.Device)
        && address.Address == wanted.Address
        && (wanted.Address.IsV6 || address.PrefixLength == wanted.PrefixLength));

    // The routes that the kernel makes for an address of a link that is up.
    private IEnumerable<Route> ConnectedRoutes()
    {
        foreach (var address in _addresses)
        {
            if (Find(address.Device) is not { Up: true })
                continue;
            yield return new Route(Model.IpPrefix.Host(address.Address))
            {
                Type = RouteType.Local,
                Device = address.Device,
                Source = address.Address.IsV6 ? null : address.Address,
                Table = RouteTable.Local,
                Protocol = RouteProtocol.Kernel,
            };
            if (!address.NoPrefixRoute && address.PrefixLength < address.Address.BitLength && !address.Address.IsLoopback)
            {
                yield return new Route(address.Prefix)
                {
                    Device = address.Device,
                    Source = address.Address.IsV6 ? null : address.Address,
                    Protocol = RouteProtocol.Kernel,
                    Metric = address.Address.IsV6 ? 256u : 0u,
                };
            }
        }
    }
}
