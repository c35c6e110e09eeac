using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services;

/// <summary>An endpoint that may serve, whatever its port.</summary>
/// <param name="address">Its address.</param>
/// <param name="endpoint">For its conditions and hints.</param>
/// <param name="node">This node.</param>
internal sealed class Candidate(IpAddress address, Endpoint endpoint, string node)
{
    public IpAddress Address { get; } = address;

    public EndpointHints? Hints { get; } = endpoint.Hints;

    public bool IsLocal { get; } = endpoint.NodeName == node;

    /// <summary>Whether it takes new connections.</summary>
    public bool Ready { get; } = endpoint.Conditions?.Ready ?? true;

    /// <summary>Whether it is on its way out and serves when nobody else does.</summary>
    public bool Draining { get; } = endpoint.Conditions is { Ready: false, Serving: not false, Terminating: true };
}

/// <summary>A port of an endpoint.</summary>
internal readonly record struct Offer(Candidate Candidate, ushort Port, bool IsLocal)
{
    public bool Ready => Candidate.Ready;

    public bool Draining => Candidate.Draining;

    public Backend Backend => new(Candidate.Address, Port, IsLocal);

    /// <summary>Order of address and port.</summary>
    public static int Compare(Offer left, Offer right)
    {
        var order = left.Candidate.Address.CompareTo(right.Candidate.Address);
        return order != 0 ? order : left.Port.CompareTo(right.Port);
    }

    /// <summary>Of two with the same address, the one that is more useful.</summary>
    public static Offer Better(Offer left, Offer right)
    {
        var takesRight = right.Ready != left.Ready ? right.Ready : right.Draining && !left.Draining;
        return (takesRight ? right : left) with { IsLocal = left.IsLocal || right.IsLocal };
    }
}
