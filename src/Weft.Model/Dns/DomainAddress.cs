namespace Weft.Model.Dns;

/// <summary>An address that a name was said to have.</summary>
/// <param name="Name">The name that was asked for, or one that its aliases led to.</param>
/// <param name="Address">The address.</param>
/// <param name="IsPast">Whether that holds no more: connections that stand may go on, new ones not.</param>
public sealed record DomainAddress(DnsName Name, IpAddress Address, bool IsPast = false);
