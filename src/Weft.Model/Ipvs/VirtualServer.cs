using Weft.Model.Services;

namespace Weft.Model.Ipvs;

/// <summary>Where clients of a virtual server connect.</summary>
/// <param name="Protocol">TCP, UDP or SCTP.</param>
/// <param name="Address">An address of this machine.</param>
/// <param name="Port">The port.</param>
public readonly record struct VirtualAddress(L4Protocol Protocol, IpAddress Address, ushort Port) : IComparable<VirtualAddress>
{
    /// <summary>Order of address, protocol and port.</summary>
    public int CompareTo(VirtualAddress other)
    {
        var order = Address.CompareTo(other.Address);
        if (order == 0)
            order = Protocol.CompareTo(other.Protocol);
        return order != 0 ? order : Port.CompareTo(other.Port);
    }

    /// <summary><c>tcp 10.96.0.1:443</c>.</summary>
    public override string ToString() => $"{Protocol.ToString().ToLowerInvariant()} {(Address.IsV6 ? $"[{Address}]" : Address.ToString())}:{Port}";
}

/// <summary>Who serves behind a virtual server, by destination NAT.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Port">Its port.</param>
/// <param name="Weight">Its share; 0 takes no new connections and keeps those that it has.</param>
public readonly record struct RealServer(IpAddress Address, ushort Port, uint Weight = 1);

/// <summary>One entry of the kernel's IP virtual server (IPVS).</summary>
/// <param name="Address">Where clients connect.</param>
public sealed record VirtualServer(VirtualAddress Address)
{
    /// <summary>Name of the scheduler: each in turn, unless something else is wanted.</summary>
    public string Scheduler { get; init; } = "rr";

    /// <summary>For how many seconds a client keeps its real server; 0 for not at all.</summary>
    public uint PersistenceSeconds { get; init; }

    /// <summary>Who serves; sorted by address and port.</summary>
    public EquatableArray<RealServer> Servers { get; init; }
}
