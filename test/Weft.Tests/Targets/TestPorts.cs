using Weft.Model;
using Weft.Model.Services;

namespace Weft.Tests.Targets;

/// <summary>Ports of Services in one line, for the tests of all targets.</summary>
internal static class TestPorts
{
    /// <summary>The seed's Service: three endpoints behind one address.</summary>
    internal static ProxiedPort Seed { get; } =
        Port("default/kubernetes:https", "10.96.0.1:443", ["10.244.1.2:9376", "10.244.1.3:9376", "10.244.2.2:9376"]);

    /// <summary>A port with a cluster IP and its endpoints; those with a <c>*</c> are on this node.</summary>
    internal static ProxiedPort Port(string name, string clusterIp, string[] endpoints, L4Protocol protocol = L4Protocol.Tcp)
    {
        var backends = endpoints.Select(Backend).Order().ToEquatableArray();
        var (address, port) = Split(clusterIp);
        return new ProxiedPort
        {
            Name = Name(name, protocol),
            IsV6 = address.IsV6,
            Frontends = [new Frontend(FrontendKind.ClusterIp, address, port)],
            ClusterBackends = backends,
            LocalBackends = backends.Where(backend => backend.IsLocal).ToEquatableArray(),
            HasAnyBackend = backends.Count > 0,
        };
    }

    /// <summary>The same port reached in one more way.</summary>
    internal static ProxiedPort With(this ProxiedPort port, FrontendKind kind, string addressAndPort)
    {
        var (address, number) = Split(addressAndPort);
        return port with { Frontends = port.Frontends.Append(new Frontend(kind, address, number)).OrderBy(frontend => frontend.Kind).ToEquatableArray() };
    }

    /// <summary>The same port reached on a port of the node.</summary>
    internal static ProxiedPort OnNodePort(this ProxiedPort port, ushort number) =>
        port with { Frontends = [.. port.Frontends, new Frontend(FrontendKind.NodePort, null, number)] };

    internal static ServiceTable Table(params EquatableArray<ProxiedPort> ports) =>
        new() { Ports = ports.OrderBy(port => port.Name).ThenBy(port => port.IsV6).ToEquatableArray() };

    internal static IpPrefix[] Ranges(params string[] ranges) => [.. ranges.Select(range => IpPrefix.Parse(range))];

    private static ServicePortName Name(string text, L4Protocol protocol)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return new ServicePortName(
            text[..slash], colon < 0 ? text[(slash + 1)..] : text[(slash + 1)..colon], colon < 0 ? "" : text[(colon + 1)..], protocol);
    }

    private static Backend Backend(string text)
    {
        var (address, port) = Split(text.TrimEnd('*'));
        return new Backend(address, port, text.EndsWith('*'));
    }

    private static (IpAddress Address, ushort Port) Split(string text)
    {
        var colon = text.LastIndexOf(':');
        return (IpAddress.Parse(text[..colon].Trim('[', ']')), ushort.Parse(text[(colon + 1)..]));
    }
}
