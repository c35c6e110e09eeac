using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Node.Proxy.Connections;

/// <summary>The endpoints of a port that still serve, chosen for this node or not: flows to them may go on.</summary>
internal static class ServingEndpoints
{
    /// <summary>Of one port in one family. What is malformed is left out; the compiler reports it.</summary>
    public static IEnumerable<(IpAddress, ushort)> Of(ServiceObjects objects, ProxiedPort port)
    {
        foreach (var slice in objects.Slices)
        {
            if (slice.AddressType != (port.IsV6 ? "IPv6" : "IPv4") || NumberOf(slice, port.Name) is not { } number)
                continue;
            foreach (var endpoint in slice.Endpoints)
            {
                if (endpoint.Conditions?.Serving == false || (endpoint.Conditions?.Serving is null && endpoint.Conditions?.Ready == false))
                    continue;
                foreach (var text in endpoint.Addresses)
                {
                    if (IpAddress.TryParse(text, out var address))
                        yield return (address, number);
                }
            }
        }
    }

    private static ushort? NumberOf(EndpointSlice slice, ServicePortName name)
    {
        foreach (var port in slice.Ports)
        {
            if ((port.Name ?? "") == name.Port && (port.Protocol ?? "TCP").Equals(name.Protocol.ToString(), StringComparison.OrdinalIgnoreCase))
                return port.Port is > 0 and <= ushort.MaxValue ? (ushort)port.Port.Value : null;
        }

        return null;
    }
}
