using System.Collections.Immutable;
using Weft.Compilers.Services.Ipvs;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Routes;
using Weft.Model.Services;
using Weft.Netlink;
using Weft.Netlink.Ipvs;
using Weft.Netlink.Nftables;

namespace Weft.Node.Proxy.Ipvs;

/// <summary>Balances Services by the kernel's IP virtual server (module <c>ip_vs</c>), with a table of nftables for what that does not know.</summary>
/// <remarks>
/// Order of a turn: routes and virtual servers that are not wanted any more go first, then the table changes, then new servers come, then what leads to
/// them. So at any moment the table names every virtual server of this target, and a later process knows which ones are its own.
/// </remarks>
public sealed class IpvsProxy : IProxyTarget
{
    private static readonly RouteFilter OurRoutes = new() { Table = RouteTable.Local, Protocol = IpvsPlan.RouteProtocol };

    private readonly Lazy<IpvsKernel> _kernel;
    private IIpvs? _ipvs;
    private VirtualServers? _servers;
    private IpvsPlan? _applied;
    private bool _doubt = true;

    /// <summary>In the network namespace of the thread that calls first.</summary>
    public IpvsProxy()
        : this(new Lazy<IpvsKernel>(IpvsKernel.Open))
    {
    }

    /// <summary>With that kernel.</summary>
    public IpvsProxy(IpvsKernel kernel)
        : this(new Lazy<IpvsKernel>(kernel))
    {
    }

    private IpvsProxy(Lazy<IpvsKernel> kernel) => _kernel = kernel;

    /// <inheritdoc/>
    public ProxyOutcome Sync(ServiceTable desired)
    {
        try
        {
            if (_servers is null)
                Open();
            return Sync(IpvsCompiler.Compile(desired, NodeAddresses()));
        }
        catch (NetlinkException e) when (_servers is null)
        {
            return Failed("IpvsMissing", $"proxy is ipvs, but this node's kernel has no IPVS: load the module ip_vs, or set proxy to nftables ({e.Message})");
        }
        catch (Exception e) when (e is NetlinkException or NftException)
        {
            return Failed("ProxyRefused", $"proxy is ipvs, but {e.Message}");
        }
    }

    /// <inheritdoc/>
    public void Doubt() => _doubt = true;

    /// <inheritdoc/>
    /// <remarks>IPVS is asked only where a table of this target says that there are virtual servers of it.</remarks>
    public void Remove()
    {
        Doubt();
        var kernel = _kernel.Value;
        foreach (var route in kernel.Network.Routes(OurRoutes))
            kernel.Network.DeleteRoute(route);
        var owned = IpvsPlan.Owned(kernel.Filter.ReadBack(IpvsPlan.Tables).Ruleset);
        if (owned.Count > 0)
        {
            using var ipvs = kernel.OpenServers();
            foreach (var address in owned)
                ipvs.Remove(address);
        }

        kernel.Filter.Converge(NftRuleset.Empty, IpvsPlan.Tables);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ipvs?.Dispose();
        if (_kernel.IsValueCreated)
            _kernel.Value.Dispose();
    }

    private void Open()
    {
        _ipvs = _kernel.Value.OpenServers();
        _servers = new VirtualServers(_ipvs);
        _kernel.Value.Sysctls.Apply(IpvsKernel.Settings);
    }

    private ProxyOutcome Sync(IpvsPlan plan)
    {
        var (network, filter) = (_kernel.Value.Network, _kernel.Value.Filter);
        var doubt = _doubt;
        var routes = network.Routes(OurRoutes).ToDictionary(route => route.Destination);
        var drift = false;
        if (doubt)
        {
            var rules = filter.ReadBack(IpvsPlan.Tables);
            _servers!.Read(IpvsPlan.Owned(rules.Ruleset).Concat(_applied?.Owners.Keys ?? []).ToHashSet());
            drift = _applied is not null && (_servers.DiffersFrom(_applied) || NftDiff.Between(rules, _applied.Rules).Operations.Count > 0 || _applied.Routes.Any(route => !routes.ContainsKey(route.Destination)));
        }

        _doubt = true;
        var wanted = plan.Routes.Select(route => route.Destination).ToHashSet();
        var stale = routes.Values.Where(route => !wanted.Contains(route.Destination)).ToList();
        foreach (var route in stale)
            network.DeleteRoute(route);
        var changes = stale.Count + _servers!.RemoveOthers(plan);
        if (doubt || plan.Rules != _applied?.Rules)
            changes += filter.Converge(plan.Rules, IpvsPlan.Tables).Operations.Count;
        var problems = ImmutableArray.CreateBuilder<Problem>();
        changes += _servers.Write(plan, problems);
        foreach (var route in plan.Routes.Where(route => !routes.ContainsKey(route.Destination)))
        {
            network.ReplaceRoute(route);
            changes++;
        }

        _applied = plan;
        _doubt = problems.Count > 0;
        return new ProxyOutcome(changes, drift, problems.DrainToImmutable());
    }

    private IEnumerable<IpAddress> NodeAddresses() => _kernel.Value.Network.Addresses().Select(address => address.Address);

    private ProxyOutcome Failed(string reason, string message)
    {
        Doubt();
        return new ProxyOutcome(0, Drift: false, [new Problem("ConfigMap kube-system/weft-config", reason, message)]);
    }
}
