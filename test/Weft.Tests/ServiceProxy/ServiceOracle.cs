using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Tests.ServiceProxy;

/// <summary>What a proxy must do with the first packet of a connection, said as plainly as can be and without any data path in mind.</summary>
internal sealed class ServiceOracle(ServiceTable table, EquatableArray<IpAddress> nodeAddresses)
{
    private enum Origin
    {
        Node,
        Pod,
        Elsewhere,
    }

    /// <summary>Decides.</summary>
    public ServiceVerdict Decide(NftPacket packet)
    {
        foreach (var port in table.Ports)
        {
            foreach (var frontend in port.Frontends)
            {
                if (frontend.Address == packet.Destination && IsFor(port, frontend, packet))
                    return Serve(port, frontend, packet);
            }
        }

        if (IsClusterIp(packet.Destination))
            return ServiceVerdict.Refused;
        if (!TakesNodePorts(packet.Destination))
            return ServiceVerdict.Passed;
        foreach (var port in table.Ports)
        {
            foreach (var frontend in port.Frontends)
            {
                if (frontend.Kind == FrontendKind.NodePort && port.IsV6 == packet.Destination.IsV6 && IsFor(port, frontend, packet))
                    return Serve(port, frontend, packet);
            }
        }

        return ServiceVerdict.Passed;
    }

    private ServiceVerdict Serve(ProxiedPort port, Frontend frontend, NftPacket packet)
    {
        if (frontend.Kind == FrontendKind.LoadBalancerIp && port.RestrictsSources && !Contains(port.SourceRanges, packet.Source))
            return ServiceVerdict.Dropped;
        var origin = OriginOf(packet);
        var staysHere = frontend.IsExternal ? port.ExternalLocal && origin == Origin.Elsewhere : port.InternalLocal;
        var backends = staysHere ? port.LocalBackends : port.ClusterBackends;
        if (backends.Count == 0)
            return port.HasAnyBackend ? ServiceVerdict.Dropped : ServiceVerdict.Refused;
        var masquerade = HidesClient(port, frontend, packet, origin);
        return new ServiceVerdict(
            ServiceFate.Served,
            backends.Select(backend => new ServedBy(backend.Address, backend.Port, masquerade || (backend.IsLocal && backend.Address == packet.Source))).ToHashSet());
    }

    private bool HidesClient(ProxiedPort port, Frontend frontend, NftPacket packet, Origin origin) => frontend.IsExternal
        ? !port.ExternalLocal || origin == Origin.Node
        : table.MasqueradeAll || (packet.InputInterface.Length > 0 && !Contains(table.PodRanges, packet.Source));

    private Origin OriginOf(NftPacket packet) =>
        Contains(table.PodRanges, packet.Source) ? Origin.Pod
        : nodeAddresses.AsSpan().Contains(packet.Source) ? Origin.Node
        : Origin.Elsewhere;

    private bool IsClusterIp(IpAddress address) =>
        Contains(table.ServiceRanges, address)
        || table.Ports.Any(port => port.Frontends.Any(frontend => frontend.Kind == FrontendKind.ClusterIp && frontend.Address == address));

    private bool TakesNodePorts(IpAddress address)
    {
        var configured = table.NodePortAddresses.Where(range => range.IsV6 == address.IsV6).ToEquatableArray();
        return nodeAddresses.AsSpan().Contains(address) && !address.IsLoopback && (configured.Count == 0 || Contains(configured, address));
    }

    private static bool IsFor(ProxiedPort port, Frontend frontend, NftPacket packet) =>
        (byte)port.Name.Protocol == packet.Protocol && frontend.Port == packet.DestinationPort;

    private static bool Contains(EquatableArray<IpPrefix> ranges, IpAddress address) => ranges.Any(range => range.Contains(address));
}

/// <summary>What becomes of a connection.</summary>
public enum ServiceFate
{
    /// <summary>It is none of a Service's.</summary>
    Passed,

    /// <summary>Its client is told that nobody is there.</summary>
    Refused,

    /// <summary>Nobody answers.</summary>
    Dropped,

    /// <summary>An endpoint gets it.</summary>
    Served,
}

/// <summary>An endpoint, and whether it sees the node's address instead of the client's.</summary>
public readonly record struct ServedBy(IpAddress Address, ushort Port, bool Masqueraded);

/// <summary>What becomes of a connection, and who may get it, all with the same probability.</summary>
public sealed record ServiceVerdict(ServiceFate Fate, HashSet<ServedBy> By)
{
    public static readonly ServiceVerdict Passed = new(ServiceFate.Passed, []);
    public static readonly ServiceVerdict Refused = new(ServiceFate.Refused, []);
    public static readonly ServiceVerdict Dropped = new(ServiceFate.Dropped, []);

    public bool Equals(ServiceVerdict? other) => other is not null && Fate == other.Fate && By.SetEquals(other.By);

    public override int GetHashCode() => HashCode.Combine(Fate, By.Count);

    public override string ToString() => $"{Fate} {string.Join(", ", By)}";
}
