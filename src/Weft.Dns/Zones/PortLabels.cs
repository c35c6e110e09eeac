using Weft.Model;
using Weft.Model.Dns;
using Weft.Model.Services;

namespace Weft.Dns.Zones;

/// <summary>Labels of ports and protocols: <c>_http._tcp</c> (RFC 2782).</summary>
internal static class PortLabels
{
    /// <summary>The protocol that a label names; null when it names none.</summary>
    public static L4Protocol? ProtocolOf(ReadOnlySpan<byte> label) =>
        NameBytes.Equal(label, "_tcp"u8) ? L4Protocol.Tcp : NameBytes.Equal(label, "_udp"u8) ? L4Protocol.Udp : NameBytes.Equal(label, "_sctp"u8) ? L4Protocol.Sctp : null;

    /// <summary>Whether a label is this word, whatever the case.</summary>
    public static bool Equal(ReadOnlySpan<byte> label, string word)
    {
        if (label.Length != word.Length)
            return false;
        for (var i = 0; i < word.Length; i++)
        {
            if (NameBytes.Lower(label[i]) != NameBytes.Lower((byte)word[i]))
                return false;
        }

        return true;
    }
}

/// <summary>Goes through the ports of a Service that have names: its own, or those of each of its endpoints that has a name.</summary>
internal ref struct ServicePorts(ServiceEntry service)
{
    private int _port = -1;

    /// <summary>Which endpoint has the port at hand; -1 is the Service itself.</summary>
    public int Endpoint { get; private set; } = -1;

    /// <summary>The port at hand.</summary>
    public DnsPort Port { get; private set; } = null!;

    /// <summary>The host name of the endpoint that has it; empty for the Service's own.</summary>
    public readonly ReadOnlySpan<char> HostName => Endpoint < 0 ? default : service.Service.Endpoints[Endpoint].HostName;

    /// <summary>Addresses of whoever has it.</summary>
    public readonly ReadOnlySpan<IpAddress> Addresses => Endpoint < 0 ? service.Service.Addresses.AsSpan() : service.Service.Endpoints[Endpoint].Addresses.AsSpan();

    /// <summary>Whether the port at hand has this protocol and name, the name behind an underscore.</summary>
    public readonly bool Is(L4Protocol protocol, ReadOnlySpan<byte> label) =>
        Port.Protocol == protocol && label.Length > 1 && label[0] == '_' && PortLabels.Equal(label[1..], Port.Name);

    public bool MoveNext()
    {
        while (true)
        {
            var ports = Endpoint < 0 ? service.Service.Ports : service.Service.Endpoints[Endpoint].Ports;
            if (++_port < ports.Count)
            {
                Port = ports[_port];
                return true;
            }

            do
            {
                if (++Endpoint >= service.Service.Endpoints.Count)
                    return false;
            }
            while (!service.HasName(service.Service.Endpoints[Endpoint]));
            _port = -1;
        }
    }
}
