using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services;

/// <summary>Reads the addresses by which clients reach a Service.</summary>
internal sealed class FrontendReader
{
    private static readonly List<IpPrefix> Nobody = [];

    private readonly ServiceContext _context;
    private readonly ProblemList _problems;
    private readonly List<(FrontendKind Kind, IpAddress Address)> _addresses = new(1);
    private List<IpPrefix> _sources = Nobody;

    public FrontendReader(Service service, ServiceContext context, ProblemList problems)
    {
        _context = context;
        _problems = problems;
        ReadClusterIps(service.Spec);
        foreach (var text in service.Spec.ExternalIPs)
            Add(FrontendKind.ExternalIp, text, "externalIPs");
        foreach (var ingress in service.Status?.LoadBalancer?.Ingress ?? [])
        {
            // With ipMode Proxy the load balancer ends connections itself, so clients in the cluster have to go there.
            if (!string.IsNullOrEmpty(ingress.Ip) && ingress.IpMode is null or "" or "VIP" && service.Spec.Type == "LoadBalancer")
                Add(FrontendKind.LoadBalancerIp, ingress.Ip ?? "", "status.loadBalancer.ingress");
        }

        ReadSources(service.Spec);
    }

    /// <summary>The families (IPv6 or not) it has cluster IPs of.</summary>
    public List<bool> Families { get; } = new(2);

    /// <summary>Whether source ranges were given.</summary>
    public bool RestrictsSources { get; private set; }

    /// <summary>Where a port is reached in a family, sorted.</summary>
    public EquatableArray<Frontend> Of(NamedPort port, bool v6)
    {
        var frontends = new List<Frontend>(_addresses.Count + 1);
        foreach (var (kind, address) in _addresses)
        {
            if (address.IsV6 == v6)
                frontends.Add(new Frontend(kind, address, port.Port));
        }

        if (port.NodePort != 0)
            frontends.Add(new Frontend(FrontendKind.NodePort, Address: null, port.NodePort));
        if (frontends.Count > 1)
            frontends.Sort(Compare);
        return [.. frontends];
    }

    /// <summary>Who may use load balancer addresses of a family; none inside another.</summary>
    /// <remarks>
    /// A node that is admitted and has the virtual address itself connects from that address, so it is admitted too (upstream's allow-from-node).
    /// </remarks>
    public EquatableArray<IpPrefix> SourceRanges(bool v6)
    {
        if (!RestrictsSources)
            return [];
        var ranges = _sources.Where(range => range.IsV6 == v6).ToList();
        if (ranges.Exists(range => _context.NodeAddresses.Any(range.Contains)))
            ranges.AddRange(_addresses.Where(found => found.Kind == FrontendKind.LoadBalancerIp && found.Address.IsV6 == v6).Select(found => IpPrefix.Host(found.Address)));
        return PrefixSet.Normalize(ranges);
    }

    private void ReadClusterIps(ServiceSpec spec)
    {
        foreach (var text in ServiceReader.ClusterIps(spec))
        {
            if (Parse(text, "clusterIPs") is not { } address)
                continue;
            if (!_context.HasFamily(address.IsV6))
            {
                _problems.Add("FamilyMissing", $"cluster IP {address}: the cluster has no {NameOf(address.IsV6)} addresses, so this family is not served");
                continue;
            }

            if (Families.Contains(address.IsV6))
            {
                _problems.Add("InvalidAddress", $"cluster IP {address} is the second one of {NameOf(address.IsV6)}: a Service has one of each family, the first is served");
                continue;
            }

            Families.Add(address.IsV6);
            _addresses.Add((FrontendKind.ClusterIp, address));
        }
    }

    private void Add(FrontendKind kind, string text, string field)
    {
        if (Parse(text, field) is not { } address || _addresses.Exists(known => known.Address == address))
            return;
        if (Families.Contains(address.IsV6))
            _addresses.Add((kind, address));
        else
            _problems.Add("FamilyMissing", $"{field}: the Service has no cluster IP of {NameOf(address.IsV6)}, so {address} is not served; set ipFamilies and ipFamilyPolicy");
    }

    private IpAddress? Parse(string text, string field)
    {
        if (!IpAddress.TryParse(text, out var address))
            _problems.Add("InvalidAddress", $"{field}: '{text}' is not an IP address");
        else if (Reserved.NameOf(address) is { } reserved)
            _problems.Add("InvalidAddress", $"{field}: {address} is {reserved}, which no client can reach");
        else
            return address;
        return null;
    }

    private void ReadSources(ServiceSpec spec)
    {
        RestrictsSources = spec.LoadBalancerSourceRanges.Count > 0;
        _sources = RestrictsSources ? [] : Nobody;
        foreach (var text in spec.LoadBalancerSourceRanges)
        {
            if (IpPrefix.TryParse(text.Trim(), out var range))
                _sources.Add(range);
            else
                _problems.Add("InvalidSourceRange", $"loadBalancerSourceRanges: '{text}' is not a CIDR block such as 192.0.2.0/24; it admits nobody");
        }
    }

    private static string NameOf(bool v6) => v6 ? "IPv6" : "IPv4";

    private static int Compare(Frontend left, Frontend right)
    {
        var order = left.Kind.CompareTo(right.Kind);
        if (order == 0)
            order = (left.Address ?? default).CompareTo(right.Address ?? default);
        return order != 0 ? order : left.Port.CompareTo(right.Port);
    }
}
