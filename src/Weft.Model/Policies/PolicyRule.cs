using System.Globalization;

namespace Weft.Model.Policies;

/// <summary>One rule: which peers, on which ports, and what becomes of it.</summary>
/// <param name="Name">Where it comes from.</param>
/// <param name="Action">What becomes of what it matches.</param>
public sealed record PolicyRule(PolicyRuleName Name, PolicyAction Action)
{
    /// <summary>Terms of which a peer must match one; null for everybody, also for addresses that no term names. Empty for nobody.</summary>
    public EquatableArray<PeerTerm>? Peers { get; init; }

    /// <summary>Ports of which one must match; null for everything, whatever the protocol. Empty for none.</summary>
    public EquatableArray<PolicyPort>? Ports { get; init; }

    /// <summary>Whether it speaks of a peer.</summary>
    public bool MatchesPeer(PeerIdentity? peer) => Peers is not { } terms || (peer is not null && peer.MatchesAny(terms));

    /// <summary>Whether it speaks of a port.</summary>
    public bool MatchesPort(byte protocol, ushort? port)
    {
        if (Ports is not { } ports)
            return true;
        foreach (var item in ports)
        {
            if (item.Protocol == protocol && port is { } number && item.First <= number && number <= item.Last)
                return true;
        }

        return false;
    }
}

/// <summary>A range of ports of a protocol, both ends included; 0 to 65535 for all.</summary>
/// <param name="Protocol">IANA protocol number.</param>
/// <param name="First">First port.</param>
/// <param name="Last">Last port.</param>
public readonly record struct PolicyPort(byte Protocol, ushort First, ushort Last);

/// <summary>What a rule does with what it matches.</summary>
public enum PolicyAction : byte
{
    /// <summary>Lets it pass; no further rule of this direction is asked.</summary>
    Accept,

    /// <summary>Drops it.</summary>
    Deny,

    /// <summary>Leaves the tier and asks the next one.</summary>
    Pass,
}

/// <summary>Names a rule of a user's object.</summary>
/// <param name="Kind">Kind of the object: <c>NetworkPolicy</c> or <c>ClusterNetworkPolicy</c>.</param>
/// <param name="Namespace">Its namespace; empty for cluster-wide kinds.</param>
/// <param name="Policy">Its name.</param>
/// <param name="Direction">In which list of it.</param>
/// <param name="Index">Position in that list, from 0; -1 for the policy as a whole.</param>
/// <param name="Title">The name that the user gave the rule; empty when none.</param>
public sealed record PolicyRuleName(string Kind, string Namespace, string Policy, PolicyDirection Direction, int Index, string Title = "")
{
    /// <summary><c>NetworkPolicy default/allow</c>.</summary>
    public string PolicyText => Namespace.Length == 0 ? $"{Kind} {Policy}" : $"{Kind} {Namespace}/{Policy}";

    /// <summary><c>ingress[0]</c>, or <c>ingress[0] (title)</c>; empty for the policy as a whole.</summary>
    public string RuleText => Index < 0 ? "" : string.Create(
        CultureInfo.InvariantCulture, $"{(Direction == PolicyDirection.Ingress ? "ingress" : "egress")}[{Index}]{(Title.Length == 0 ? "" : $" ({Title})")}");

    /// <summary><c>NetworkPolicy default/allow ingress[0]</c>.</summary>
    public override string ToString() => Index < 0 ? PolicyText : $"{PolicyText} {RuleText}";
}
