using System.Collections.Immutable;
using System.Globalization;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Iptables;

/// <summary>Writes the rules of one port: frontends lead to balancing chains, those to one chain per endpoint.</summary>
internal sealed class PortRuleWriter
{
    private readonly ProxiedPort _port;
    private readonly PortContext _context;
    private readonly string _protocol;
    private readonly string _cluster;
    private readonly string _local;
    private readonly string _external;
    private readonly ImmutableArray<IptablesChain>.Builder _chains = ImmutableArray.CreateBuilder<IptablesChain>();
    private readonly List<string> _services = [];
    private readonly List<string> _nodePorts = [];
    private readonly List<string> _refused = [];
    private readonly List<string> _refusedOutside = [];
    private readonly List<string> _firewall = [];

    private PortRuleWriter(ProxiedPort port, PortContext context)
    {
        _port = port;
        _context = context;
        _protocol = port.Name.Protocol.Text();
        _cluster = ChainNames.Cluster(port.Name);
        _local = ChainNames.Local(port.Name);
        _external = ChainNames.External(port.Name);
    }

    private bool ServesOutside => (_port.ExternalLocal ? _port.LocalBackends : _port.ClusterBackends).Count > 0;

    /// <summary>From outside something is done: it is served, or at least pods and the node are.</summary>
    private bool HasExternalChain => ServesOutside || (_port.ExternalLocal && _port.ClusterBackends.Count > 0);

    public static PortRules Write(ProxiedPort port, PortContext context) => new PortRuleWriter(port, context).Write();

    private PortRules Write()
    {
        var external = false;
        var sources = false;
        foreach (var frontend in _port.Frontends)
        {
            external |= frontend.IsExternal;
            sources |= frontend.Kind == FrontendKind.LoadBalancerIp && _port.RestrictsSources && HasExternalChain;
            WriteFrontend(frontend);
        }

        if (external && HasExternalChain)
            WriteExternal();
        if (sources)
            WriteSources();
        WriteBackends(external);
        return new PortRules(
            _chains.DrainToImmutable(), [.. _services], [.. _nodePorts], [.. _refused], [.. _refusedOutside], [.. _firewall]);
    }

    private void WriteFrontend(Frontend frontend)
    {
        switch (frontend.Kind)
        {
            case FrontendKind.ClusterIp:
                WriteAddress(frontend, "cluster IP", _port.InternalLocal ? _local : _cluster, _refused);
                break;
            case FrontendKind.ExternalIp:
                WriteAddress(frontend, "external IP", _external, _refusedOutside);
                break;
            case FrontendKind.LoadBalancerIp:
                WriteAddress(frontend, "loadbalancer IP", _port.RestrictsSources ? ChainNames.Sources(_port.Name) : _external, _refusedOutside);
                if (_port.RestrictsSources)
                    WriteFirewall(frontend);
                break;
            default:
                WriteNodePort(frontend);
                break;
        }
    }

    private void WriteAddress(Frontend frontend, string what, string chain, List<string> refused)
    {
        var served = _port.BackendsOf(frontend).Count > 0;
        if (frontend.IsExternal ? HasExternalChain : served)
            _services.Add($"{To(frontend, what)} -j {chain}");
        if (!served)
            refused.Add($"{To(frontend, Missing)} -j {Refusal}");
    }

    private void WriteNodePort(Frontend frontend)
    {
        if (HasExternalChain)
            _nodePorts.Add($"-p {_protocol} {Comment(_port.Name.ToString())} -m {_protocol} --dport {frontend.Port} -j {_external}");
        if (ServesOutside)
            return;
        foreach (var match in _context.NodePortMatches)
            _refusedOutside.Add($"{match}-p {_protocol} {Comment($"{_port.Name} {Missing}")} -m addrtype --dst-type LOCAL -m {_protocol} --dport {frontend.Port} -j {Refusal}");
    }

    /// <summary>Who is not let through by the chain of sources keeps the balancer's address, and is dropped for it.</summary>
    private void WriteFirewall(Frontend frontend)
    {
        if (!ServesOutside)
        {
            foreach (var range in _port.SourceRanges)
                _firewall.Add($"{PortContext.Match("-s", range)}{To(frontend, "loadbalancer IP")} -j RETURN");
        }

        _firewall.Add($"{To(frontend, $"traffic not accepted by {ChainNames.Sources(_port.Name)}")} -j DROP");
    }

    private void WriteSources() => _chains.Add(new IptablesChain(
        ChainNames.Sources(_port.Name),
        _port.SourceRanges.Select(range => $"{PortContext.Match("-s", range)}{Comment($"{_port.Name} loadbalancer IP")} -j {_external}").ToEquatableArray()));

    /// <summary>Under the local policy clients keep their address, but pods and the node are served as from inside.</summary>
    private void WriteExternal()
    {
        var rules = new List<string>();
        if (!_port.ExternalLocal)
        {
            rules.Add($"{Comment($"masquerade traffic for {_port.Name} external destinations")} -j {ChainNames.MarkMasquerade}");
            rules.Add($"-j {_cluster}");
        }
        else
        {
            if (_port.ClusterBackends.Count > 0)
            {
                foreach (var range in _context.Pods)
                    rules.Add($"{PortContext.Match("-s", range)}{Comment($"pod traffic for {_port.Name} external destinations")} -j {_cluster}");
                rules.Add($"{Comment($"masquerade LOCAL traffic for {_port.Name} external destinations")} -m addrtype --src-type LOCAL -j {ChainNames.MarkMasquerade}");
                rules.Add($"{Comment($"route LOCAL traffic for {_port.Name} external destinations")} -m addrtype --src-type LOCAL -j {_cluster}");
            }

            if (_port.LocalBackends.Count > 0)
                rules.Add($"-j {_local}");
        }

        _chains.Add(new IptablesChain(_external, [.. rules]));
    }

    private void WriteBackends(bool external)
    {
        var cluster = _port.ClusterBackends.Count > 0 && (external || !_port.InternalLocal);
        var local = _port.LocalBackends.Count > 0 && (_port.InternalLocal || (external && _port.ExternalLocal));
        if (cluster)
            _chains.Add(Balance(_cluster, _port.ClusterBackends, marks: !_port.InternalLocal));
        if (local)
            _chains.Add(Balance(_local, _port.LocalBackends, marks: _port.InternalLocal));
        var written = new HashSet<string>();
        foreach (var backend in (cluster ? _port.ClusterBackends : []).Concat(local ? _port.LocalBackends : []))
        {
            var name = ChainNames.Endpoint(_port.Name, backend);
            if (written.Add(name))
                _chains.Add(Endpoint(name, backend));
        }
    }

    private IptablesChain Balance(string name, EquatableArray<Backend> backends, bool marks)
    {
        var rules = new List<string>();
        if (marks && _context.ClusterMark is { } mark)
            rules.AddRange(_port.Frontends.Where(frontend => !frontend.IsExternal).Select(frontend => $"{To(frontend, "cluster IP")} -j {mark}"));
        var chains = backends.Select(backend => ChainNames.Endpoint(_port.Name, backend)).ToList();
        if (_port.AffinitySeconds > 0)
            rules.AddRange(chains.Select(chain => $"-m recent --rcheck --seconds {_port.AffinitySeconds} --reap {Recent(chain)} -j {chain}"));
        for (var i = 0; i < chains.Count - 1; i++)
            rules.Add($"-m statistic --mode random --probability {Probability.Of(chains.Count - i)} -j {chains[i]}");
        rules.Add($"-j {chains[^1]}");
        return new IptablesChain(name, [.. rules]);
    }

    /// <summary>A pod that reaches itself through the Service sees an answer only if its connection seems to come from the node.</summary>
    private IptablesChain Endpoint(string name, Backend backend) => new(
        name,
        [
            $"-s {IpPrefix.Host(backend.Address)} -j {ChainNames.MarkMasquerade}",
            _port.AffinitySeconds > 0
                ? $"-p {_protocol} -m recent --set {Recent(name)} -m {_protocol} -j DNAT --to-destination {backend}"
                : $"-p {_protocol} -m {_protocol} -j DNAT --to-destination {backend}",
        ]);

    private string Missing => _port.HasAnyBackend ? "has no local endpoints" : "has no endpoints";

    private string Refusal => _port.HasAnyBackend ? "DROP" : _context.Reject;

    private string To(Frontend frontend, string what) =>
        $"-d {IpPrefix.Host(frontend.Address!.Value)} -p {_protocol} {Comment($"{_port.Name} {what}")} -m {_protocol} --dport {frontend.Port.ToString(CultureInfo.InvariantCulture)}";

    private string Recent(string chain) =>
        $"--name {chain} --mask {(_context.IsV6 ? "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" : "255.255.255.255")} --rsource";

    private static string Comment(string text) => $"-m comment --comment \"{text}\"";
}
