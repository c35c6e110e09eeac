using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Announcing;

/// <summary>Which node answers ARP or neighbour discovery for an address of a Service.</summary>
/// <param name="Address">The address.</param>
/// <param name="Services">The Services that have it; more than one only where somebody shares addresses.</param>
/// <param name="Node">The node; null where none may.</param>
/// <param name="Reason">Why none may.</param>
public sealed record Announcement(IpAddress Address, EquatableArray<ObjectKey> Services, string? Node, string? Reason);
