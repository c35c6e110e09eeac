using System.Collections.Immutable;
using Weft.Compilers.Services.Ipvs;
using Weft.Model;
using Weft.Model.Ipvs;
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
/// them. So at any moment the table names every virtual server of this target, and a later process knows which ones are its own. A turn writes what
/// changed since the last one; in doubt everything is read back.
/// </remarks>
public sealed class IpvsProxy : IProxyTarget
{
    private static readonly RouteFilter OurRoutes = new() { Table = RouteTable.Local, Protocol = IpvsPlan.RouteProtocol };

    private readonly Lazy<IpvsKernel> _kernel;
    private readonly NodeReader _node = new();
    private IIpvs? _ipvs;
    private VirtualServers? _servers;
    private IpvsProgram? _program;
    private bool _doubt = true;
    private bool _settled;

    /// <summary>With the kernel that is opened when it is first needed.</summary>
    public IpvsProxy(Func<IpvsKernel> open)
        : this(new Lazy<IpvsKernel>(open))
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
            var node = _node.Read(_kernel.Value.Network, _doubt);
            var outcome = _doubt || !_program!.Fits(desired, node) ? Rebuild(desired, node) : Carry(_program.Update(desired));
            _doubt = outcome.Problems.Count > 0;
            return outcome;
        }
        catch (NetlinkException e) when (_servers is null)
        {
            return Failed("IpvsMissing", $"proxy is ipvs, but this node's kernel has no IPVS: load the module ip_vs, or set proxy to nftables ({e.Message})");
        }
        catch (NetlinkException e) when (e.NotPermitted && !_settled)
        {
            return Failed(
                "IpvsNotPermitted",
                $"proxy is ipvs, but this kernel lets root of the machine alone set up IPVS: start the lab as root with --userns off, or set proxy to nftables ({e.Operation}: {e.ErrnoName})");
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

        FormerSettings.Restore(kernel);
        _settled = false;
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
    }

    /// <summary>Once, and not before the kernel has let us ask it anything: where it does not, nothing of the machine is changed.</summary>
    private void Settle()
    {
        if (_settled)
            return;
        FormerSettings.Keep(_kernel.Value);
        _kernel.Value.Sysctls.Apply(IpvsKernel.Settings);
        _settled = true;
    }

    /// <summary>From what is read back.</summary>
    private ProxyOutcome Rebuild(ServiceTable desired, IpvsNode node)
    {
        var (network, filter) = (_kernel.Value.Network, _kernel.Value.Filter);
        var routes = network.Routes(OurRoutes);
        var rules = filter.ReadBack(IpvsPlan.Tables);
        var former = _program?.Plan();
        _servers!.Read(IpvsPlan.Owned(rules.Ruleset).Concat(former?.Servers.Select(server => server.Address) ?? []).ToHashSet());
        Settle();
        var drift = former is not null
            && (_servers.DiffersFrom(former) || !NftDiff.Between(rules, former.Rules).IsEmpty || former.Routes.Any(route => !routes.Contains(route)));
        _program = IpvsProgram.For(desired, node);
        var plan = _program.Plan();
        var destinations = plan.Routes.Select(route => route.Destination).ToHashSet();
        var changes = DeleteRoutes(routes.Where(route => !destinations.Contains(route.Destination)));
        changes += _servers.Remove(_servers.Others(plan.Servers));
        changes += filter.Converge(plan.Rules, IpvsPlan.Tables).Operations.Count;
        return Finish(plan.Servers, [.. plan.Routes.Where(route => !routes.Contains(route))], changes, drift);
    }

    /// <summary>From what was written last.</summary>
    private ProxyOutcome Carry(IpvsChange change)
    {
        var changes = DeleteRoutes(change.RoutesGone) + _servers!.Remove(change.ServersGone);
        if (!change.Rules.IsEmpty)
        {
            _kernel.Value.Filter.Apply(change.Rules);
            changes += change.Rules.Operations.Count;
        }

        return Finish(change.Servers, change.Routes, changes, drift: false);
    }

    private ProxyOutcome Finish(IReadOnlyList<VirtualServer> servers, IReadOnlyList<Route> routes, int changes, bool drift)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        changes += _servers!.Write(servers, _program!, problems);
        foreach (var route in routes)
            _kernel.Value.Network.ReplaceRoute(route);
        return new ProxyOutcome(changes + routes.Count, drift, problems.DrainToImmutable());
    }

    private int DeleteRoutes(IEnumerable<Route> routes) => routes.Count(_kernel.Value.Network.DeleteRoute);

    private ProxyOutcome Failed(string reason, string message)
    {
        Doubt();
        return new ProxyOutcome(0, Drift: false, [new Problem("ConfigMap kube-system/weft-config", reason, message)]);
    }
}
