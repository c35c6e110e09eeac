using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Model;

namespace Weft.Cni.HostLocal;

/// <summary>host-local: hands out addresses of ranges and keeps the leases in files of this host.</summary>
public sealed class HostLocalPlugin : ICniPlugin
{
    /// <summary>The plugin's <c>type</c>.</summary>
    public const string Type = "host-local";

    /// <inheritdoc/>
    public CniResult Add(PluginRequest request)
    {
        var config = HostLocalConfig.Read(request);
        var dns = config.ResolvConf is null ? CniDns.Empty : ResolvConf.Read(config.ResolvConf);
        using var store = LeaseStore.Open(config.DataDirectory, config.Network);
        return new CniResult
        {
            Addresses = Allocate(config, store, request.Attachment).ToEquatableArray(),
            Routes = config.Routes,
            Dns = dns,
        };
    }

    /// <inheritdoc/>
    public void Check(PluginRequest request)
    {
        var config = HostLocalConfig.Read(request);
        using var store = LeaseStore.Open(config.DataDirectory, config.Network);
        var held = store.Of(request.Attachment);
        if (held.Count == 0)
            throw CniException.Internal($"host-local: Failed to find address added by container {request.ContainerId}");
        foreach (var address in request.Previous?.Addresses ?? default)
        {
            if (config.RangeSets.Any(set => set.Find(address.Address) is not null) && !held.Contains(address.Address))
                throw CniException.Internal($"host-local: address {address.Address} is not leased to container {request.ContainerId}");
        }
    }

    /// <inheritdoc/>
    public void Delete(PluginRequest request)
    {
        var config = HostLocalConfig.Read(request);
        using var store = LeaseStore.Open(config.DataDirectory, config.Network);
        foreach (var address in store.Of(request.Attachment))
            store.Release(address);
    }

    /// <inheritdoc/>
    public void CollectGarbage(PluginRequest request)
    {
        var config = HostLocalConfig.Read(request);
        var valid = request.ValidAttachments();
        using var store = LeaseStore.Open(config.DataDirectory, config.Network);
        foreach (var lease in store.All().ToList())
        {
            if (!valid.Any(lease.BelongsTo))
                store.Release(lease.Address);
        }
    }

    /// <inheritdoc/>
    public void Status(PluginRequest request)
    {
        var config = HostLocalConfig.Read(request);
        using var store = LeaseStore.Open(config.DataDirectory, config.Network);
        var taken = store.All().Select(lease => lease.Address).ToHashSet();
        foreach (var set in config.RangeSets)
        {
            if (!set.After(null).Any(candidate => !taken.Contains(candidate.Address)))
                throw new CniException(CniErrorCode.NotAvailable, $"no IP addresses available in range set: {set}");
        }
    }

    private static List<CniAddress> Allocate(HostLocalConfig config, LeaseStore store, Attachment holder)
    {
        var taken = new List<CniAddress>();
        try
        {
            var requested = config.Requested.ToList();
            var held = store.Of(holder);
            for (var i = 0; i < config.RangeSets.Count; i++)
                taken.Add(AllocateFrom(config.RangeSets[i], i, store, holder, held, requested));
            if (requested.Count > 0)
                throw CniException.Internal($"failed to allocate all requested IPs: {string.Join(' ', requested)}");
            return taken;
        }
        catch
        {
            foreach (var address in taken)
                store.Release(address.Address);
            throw;
        }
    }

    private static CniAddress AllocateFrom(
        RangeSet set, int number, LeaseStore store, Attachment holder, List<IpAddress> held, List<IpAddress> requested)
    {
        var wanted = requested.FindIndex(address => set.Find(address) is not null);
        if (wanted >= 0)
        {
            var address = requested[wanted];
            requested.RemoveAt(wanted);
            return Take(set, number, store, holder, address);
        }

        foreach (var address in held)
        {
            if (set.Find(address) is not null)
                throw Failed(number, $"{address} has been allocated to {holder.ContainerId}, duplicate allocation is not allowed");
        }

        foreach (var (address, range) in set.After(store.LastReserved(number)))
        {
            if (store.TryReserve(address, holder, number))
                return new CniAddress(address, range.Subnet.Length) { Gateway = range.Gateway };
        }

        throw Failed(number, $"no IP addresses available in range set: {set}");
    }

    private static CniAddress Take(RangeSet set, int number, LeaseStore store, Attachment holder, IpAddress address)
    {
        var range = set.Find(address)!;
        if (address == range.Gateway)
            throw Failed(number, $"requested ip {address} is subnet's gateway");
        return store.TryReserve(address, holder, number)
            ? new CniAddress(address, range.Subnet.Length) { Gateway = range.Gateway }
            : throw Failed(number, $"requested IP address {address} is not available in range set {set}");
    }

    private static CniException Failed(int number, string message) => CniException.Internal($"failed to allocate for range {number}: {message}");
}
