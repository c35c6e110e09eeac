using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Model;

namespace Weft.Cni.HostLocal;

/// <summary>host-local: hands out addresses of ranges and keeps the leases in files of this host.</summary>
public sealed class HostLocalPlugin(TimeProvider? time = null) : ICniPlugin
{
    /// <summary>The plugin's <c>type</c>.</summary>
    public const string Type = "host-local";

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    public CniResult Add(PluginRequest request)
    {
        var config = HostLocalConfig.Read(request);
        var dns = config.ResolvConf is null ? CniDns.Empty : ResolvConf.Read(config.ResolvConf);
        using var store = LeaseStore.Open(config.DataDirectory, config.Network);
        return new CniResult
        {
            Addresses = Allocate(config, store, Resting(config, store), request.Attachment).ToEquatableArray(),
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
        Release(config, store, store.Of(request.Attachment));
    }

    /// <inheritdoc/>
    public void CollectGarbage(PluginRequest request)
    {
        var config = HostLocalConfig.Read(request);
        var valid = request.ValidAttachments();
        using var store = LeaseStore.Open(config.DataDirectory, config.Network);
        Release(config, store, store.All().Where(lease => !valid.Any(lease.BelongsTo)).Select(lease => lease.Address).ToList());
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

    private ReleasedAddresses Resting(HostLocalConfig config, LeaseStore store) => new(store.Folder, config.ReuseDelay, _time.GetUtcNow());

    private void Release(HostLocalConfig config, LeaseStore store, List<IpAddress> addresses)
    {
        Resting(config, store).Add(addresses);
        foreach (var address in addresses)
            store.Release(address);
    }

    private static List<CniAddress> Allocate(HostLocalConfig config, LeaseStore store, ReleasedAddresses resting, Attachment holder)
    {
        var taken = new List<CniAddress>();
        try
        {
            var requested = config.Requested.ToList();
            var held = store.Of(holder);
            for (var i = 0; i < config.RangeSets.Count; i++)
                taken.Add(AllocateFrom(config.RangeSets[i], i, store, resting, holder, held, requested));
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
        RangeSet set, int number, LeaseStore store, ReleasedAddresses resting, Attachment holder, List<IpAddress> held, List<IpAddress> requested)
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

        foreach (var (address, range) in InOrderOfChoice(set.After(store.LastReserved(number)), resting))
        {
            if (store.TryReserve(address, holder, number))
                return new CniAddress(address, range.Subnet.Length) { Gateway = range.Gateway };
        }

        throw Failed(number, $"no IP addresses available in range set: {set}");
    }

    /// <summary>First those that nobody had lately, then the one that has rested longest.</summary>
    private static IEnumerable<(IpAddress Address, AddressRange Range)> InOrderOfChoice(
        IEnumerable<(IpAddress Address, AddressRange Range)> candidates, ReleasedAddresses resting)
    {
        var later = new List<(IpAddress Address, AddressRange Range)>();
        foreach (var candidate in candidates)
        {
            if (resting.Rests(candidate.Address))
                later.Add(candidate);
            else
                yield return candidate;
        }

        foreach (var candidate in later.OrderBy(candidate => resting.Since(candidate.Address)))
            yield return candidate;
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
