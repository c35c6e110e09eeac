using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Policies.Testing;

/// <summary>One end of an expectation: whom it means, before anybody was looked for.</summary>
/// <param name="Text">As it was written.</param>
public abstract record PolicyEnd(string Text);

/// <summary>Pods, by name or by labels.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Namespace">Their namespace; null for those that <paramref name="Namespaces"/> chooses.</param>
/// <param name="Namespaces">Labels of their namespaces.</param>
/// <param name="Name">Their name, in which <c>*</c> stands for anything; null for those that <paramref name="Labels"/> chooses.</param>
/// <param name="Labels">Their labels.</param>
public sealed record PodsEnd(string Text, string? Namespace, LabelSelector Namespaces, string? Name, LabelSelector Labels) : PolicyEnd(Text);

/// <summary>Nodes, by name or by labels.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Name">The name, in which <c>*</c> stands for anything; null for those that <paramref name="Labels"/> chooses.</param>
/// <param name="Labels">Their labels.</param>
public sealed record NodesEnd(string Text, string? Name, LabelSelector Labels) : PolicyEnd(Text);

/// <summary>A Service.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Key">Namespace and name.</param>
public sealed record ServiceEnd(string Text, ObjectKey Key) : PolicyEnd(Text);

/// <summary>Whatever a domain name leads to, once cluster DNS was asked for it.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Name">The name.</param>
public sealed record DomainEnd(string Text, DnsName Name) : PolicyEnd(Text);

/// <summary>One address, whoever has it.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Address">The address.</param>
public sealed record AddressEnd(string Text, IpAddress Address) : PolicyEnd(Text);

/// <summary>All addresses of blocks that are nobody's of the cluster.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Ranges">The blocks; empty for whatever is outside of the cluster.</param>
/// <param name="Except">Blocks that are not meant.</param>
public sealed record BlockEnd(string Text, EquatableArray<IpPrefix> Ranges, EquatableArray<IpPrefix> Except) : PolicyEnd(Text);
