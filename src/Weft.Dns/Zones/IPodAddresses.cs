using Weft.Model;

namespace Weft.Dns.Zones;

/// <summary>Knows which addresses the pods of a namespace have. Asked for each query, by many threads at once.</summary>
public interface IPodAddresses
{
    /// <summary>Whether a pod of the namespace has the address.</summary>
    /// <param name="space">The namespace as a label of a name, in any case.</param>
    /// <param name="address">The address.</param>
    bool Has(ReadOnlySpan<byte> space, IpAddress address);
}
