using System.Globalization;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services;

/// <summary>Which Service has which address and port: where two want the same, the older one has it.</summary>
/// <remarks>Two Services may share an external address by different ports, and a node port by different protocols, but never a cluster IP.</remarks>
internal sealed class ServiceClaims
{
    private readonly Dictionary<Claim, CompiledService> _owners = [];

    // Only what several Services want, which is rare.
    private readonly Dictionary<Claim, List<CompiledService>> _contested = [];

    private readonly List<Claim> _claims = [];

    /// <summary>Makes room for this many Services.</summary>
    public void Expect(int services) => _owners.EnsureCapacity(_owners.Count + (2 * services));

    /// <summary>Takes a Service's claims out; others that may get something by that go to <paramref name="affected"/>.</summary>
    public void Remove(CompiledService service, HashSet<CompiledService> affected)
    {
        foreach (var claim in ClaimsOf(service))
        {
            if (_contested.TryGetValue(claim, out var claimants))
                Withdraw(claim, claimants, service, affected);
            else if (_owners.TryGetValue(claim, out var owner) && ReferenceEquals(owner, service))
                _owners.Remove(claim);
        }
    }

    /// <summary>Puts a Service's claims in; others that may lose something by that go to <paramref name="affected"/>.</summary>
    public void Add(CompiledService service, HashSet<CompiledService> affected)
    {
        foreach (var claim in ClaimsOf(service))
        {
            if (_owners.TryAdd(claim, service) || ReferenceEquals(_owners[claim], service))
                continue;
            if (!_contested.TryGetValue(claim, out var claimants))
                _contested[claim] = claimants = [_owners[claim]];
            if (!claimants.Contains(service))
                claimants.Add(service);
            _owners[claim] = Oldest(claimants);
            affected.UnionWith(claimants);
        }
    }

    /// <summary>Sets what a Service gets beside the others.</summary>
    public void Settle(CompiledService service)
    {
        var conflicts = new List<Problem>();
        var served = new List<ProxiedPort>(service.Ports.Length);
        foreach (var port in service.Ports)
        {
            var frontends = port.Frontends.Where(frontend => !IsLost(service, port, frontend, conflicts)).ToEquatableArray();
            served.Add(frontends.Count == port.Frontends.Count ? port : Known(service, port with { Frontends = frontends }));
        }

        service.Served = [.. served];
        service.Conflicts = [.. conflicts.Distinct()];
    }

    private void Withdraw(Claim claim, List<CompiledService> claimants, CompiledService service, HashSet<CompiledService> affected)
    {
        claimants.Remove(service);
        affected.UnionWith(claimants);
        _owners[claim] = Oldest(claimants);
        if (claimants.Count == 1)
            _contested.Remove(claim);
    }

    private bool IsLost(CompiledService service, ProxiedPort port, Frontend frontend, List<Problem> conflicts)
    {
        foreach (var claim in ClaimsOf(port, frontend))
        {
            if (!_owners.TryGetValue(claim, out var owner) || ReferenceEquals(owner, service))
                continue;
            conflicts.Add(new Problem($"Service {service.Key}", "AddressConflict", $"{claim.Describe()} belongs to Service {owner.Key}, which is older and keeps it; this Service is not served there"));
            return true;
        }

        return false;
    }

    private static ProxiedPort Known(CompiledService service, ProxiedPort port) => Array.Find(service.Served, port.Equals) ?? port;

    private static CompiledService Oldest(List<CompiledService> claimants)
    {
        var oldest = claimants[0];
        foreach (var claimant in claimants)
        {
            if (claimant.IsBefore(oldest))
                oldest = claimant;
        }

        return oldest;
    }

    /// <summary>Its claims, in a list that the next call fills anew.</summary>
    private List<Claim> ClaimsOf(CompiledService service)
    {
        _claims.Clear();
        foreach (var port in service.Ports)
        {
            foreach (var frontend in port.Frontends)
                AddClaims(port, frontend);
        }

        return _claims;
    }

    private List<Claim> ClaimsOf(ProxiedPort port, Frontend frontend)
    {
        _claims.Clear();
        AddClaims(port, frontend);
        return _claims;
    }

    private void AddClaims(ProxiedPort port, Frontend frontend)
    {
        if (frontend.Kind == FrontendKind.ClusterIp)
            _claims.Add(new Claim(frontend.Address, 0, 0));
        _claims.Add(new Claim(frontend.Address, frontend.Port, port.Name.Protocol, port.IsV6));
    }

    /// <summary>What only one Service can have: a cluster IP (no port), an address and port, or a node port (no address).</summary>
    private readonly record struct Claim(IpAddress? Address, ushort Port, L4Protocol Protocol, bool IsV6 = false)
    {
        public string Describe() => (Address, Port) switch
        {
            ({ } address, 0) => $"cluster IP {address}",
            ({ } address, _) => string.Create(CultureInfo.InvariantCulture, $"{address} port {Port}/{Protocol.ToString().ToUpperInvariant()}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"node port {Port}/{Protocol.ToString().ToUpperInvariant()}"),
        };
    }
}
