namespace Weft.Model.Services;

/// <summary>Names one port of one Service, as upstream's proxy does.</summary>
/// <param name="Namespace">Namespace of the Service.</param>
/// <param name="Service">Name of the Service.</param>
/// <param name="Port">Name of the port; empty for the only, nameless one.</param>
/// <param name="Protocol">Protocol of the port: one number may be served by several protocols.</param>
public readonly record struct ServicePortName(string Namespace, string Service, string Port, L4Protocol Protocol) : IComparable<ServicePortName>
{
    /// <summary>Order of namespace, Service, port and protocol, by code point.</summary>
    public int CompareTo(ServicePortName other)
    {
        var order = string.CompareOrdinal(Namespace, other.Namespace);
        if (order == 0)
            order = string.CompareOrdinal(Service, other.Service);
        if (order == 0)
            order = string.CompareOrdinal(Port, other.Port);
        return order != 0 ? order : Protocol.CompareTo(other.Protocol);
    }

    /// <summary><c>namespace/service:port</c>, or <c>namespace/service</c> for a nameless port.</summary>
    public override string ToString() => Port.Length == 0 ? $"{Namespace}/{Service}" : $"{Namespace}/{Service}:{Port}";
}
