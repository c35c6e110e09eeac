namespace Weft.Model.Dns;

/// <summary>Whether names such as <c>10-244-1-7.shop.pod</c> have an address (Kubernetes DNS-Based Service Discovery 1.1.0, section 2.3.2).</summary>
public enum PodRecords
{
    /// <summary>They do not exist.</summary>
    Off,

    /// <summary>Those of every address in every namespace that exists, whoever has the address.</summary>
    Unchecked,

    /// <summary>Those of the addresses that pods of the namespace have.</summary>
    Verified,
}
