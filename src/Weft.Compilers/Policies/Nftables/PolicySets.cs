using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>The sets and maps of a policy table: names, types, and how numbers look in them.</summary>
/// <remarks>
/// Registers end with their rule. From rule to rule the packet's priority carries a number, marked by <see cref="Tag"/>, as in the tables of Services and
/// for the same reasons; the last chain takes it off again.
/// </remarks>
internal static class PolicySets
{
    /// <summary>In which routed packets are judged, and those of this node.</summary>
    public static readonly NftTableId Table = new(NftFamily.Inet, "weft-policies");

    /// <summary>In which frames between two pods on one bridge are judged, where that is needed.</summary>
    public static readonly NftTableId BridgeTable = new(NftFamily.Bridge, "weft-policies");

    /// <summary>Marks a priority as ours: no user's priority or traffic class has this major number.</summary>
    public const uint Tag = 0x57000000;

    public const uint TagMask = 0xff000000;

    /// <summary>The bits of a class or identity.</summary>
    public const uint NumberMask = ~TagMask;

    /// <summary>In the number of a class: some of its verdicts are for ranges of ports.</summary>
    public const uint RangedFlag = 1;

    /// <summary>Everybody whom no rule names.</summary>
    public const uint Everybody = 0;

    public const string Ports = "ports", Ranges = "ranges", Any = "any";

    private static readonly NftType PortKey = NftType.Concat(NftType.Mark, NftType.Mark, NftType.Protocol, NftType.Port);

    /// <summary>Every set without elements.</summary>
    public static readonly EquatableArray<NftSet> All = [.. Define()];

    private static readonly Dictionary<string, NftSet> ByName = All.ToDictionary(set => set.Name, StringComparer.Ordinal);

    /// <summary>The definition of that name.</summary>
    public static NftSet Get(string name) => ByName[name];

    /// <summary>Whether a set is one of the three maps of verdicts.</summary>
    public static bool IsVerdicts(string set) => set is Ports or Ranges or Any;

    /// <summary>Whether a set maps local pods to classes.</summary>
    public static bool IsClasses(string set) => set.Contains("gress", StringComparison.Ordinal);

    /// <summary>Local pods and their classes; also the name of the chain that judges by them.</summary>
    public static string Classes(PolicyDirection direction, bool audited, bool v6) => (direction, audited, v6) switch
    {
        (PolicyDirection.Egress, false, false) => "egress4",
        (PolicyDirection.Egress, false, true) => "egress6",
        (PolicyDirection.Egress, true, false) => "audit-egress4",
        (PolicyDirection.Egress, true, true) => "audit-egress6",
        (_, false, false) => "ingress4",
        (_, false, true) => "ingress6",
        (_, true, false) => "audit-ingress4",
        _ => "audit-ingress6",
    };

    /// <summary>All maps of local pods.</summary>
    public static readonly EquatableArray<(PolicyDirection Direction, bool Audited, bool V6)> ClassMaps =
        [.. from v6 in new[] { false, true } from audited in new[] { false, true } from direction in Enum.GetValues<PolicyDirection>() select (direction, audited, v6)];

    /// <summary>Single addresses and their identities.</summary>
    public static string Peers(bool v6) => v6 ? "peers6" : "peers4";

    /// <summary>Ranges of addresses and their identities.</summary>
    public static string Blocks(bool v6) => v6 ? "blocks6" : "blocks4";

    /// <summary>The map that has a range of addresses.</summary>
    public static string Of(AddressRange range) => range.IsBlock ? Blocks(range.First.IsV6) : Peers(range.First.IsV6);

    /// <summary>Pairs of an address of a local pod and itself.</summary>
    public static string Self(bool v6) => v6 ? "self6" : "self4";

    /// <summary>Addresses of the node.</summary>
    public static string Node(bool v6) => v6 ? "node6" : "node4";

    private static IEnumerable<NftSet> Define()
    {
        yield return new(Ports, PortKey, NftType.Verdict) { Counter = true, Comment = "class, peer, port" };
        yield return new(Ranges, PortKey, NftType.Verdict) { Counter = true, Comment = "class, peer, prefix of ports and a one behind it" };
        yield return new(Any, NftType.Concat(NftType.Mark, NftType.Mark), NftType.Verdict) { Counter = true, Comment = "class, peer: whatever has no entry above" };
        foreach (var set in OfFamily(v6: false, NftType.Ipv4Address).Concat(OfFamily(v6: true, NftType.Ipv6Address)))
            yield return set;
    }

    private static List<NftSet> OfFamily(bool v6, NftType address) =>
    [
        new(Classes(PolicyDirection.Egress, audited: false, v6), address, NftType.Mark) { Comment = "pods here: class of what they open" },
        new(Classes(PolicyDirection.Ingress, audited: false, v6), address, NftType.Mark) { Comment = "pods here: class of what they accept" },
        new(Classes(PolicyDirection.Egress, audited: true, v6), address, NftType.Mark) { Comment = "the same with policies under audit" },
        new(Classes(PolicyDirection.Ingress, audited: true, v6), address, NftType.Mark) { Comment = "the same with policies under audit" },
        new(Peers(v6), address, NftType.Mark) { Comment = "who an address is" },
        new(Blocks(v6), address, NftType.Mark) { Flags = NftSetFlags.Interval, Comment = "who the rest of a block is" },
        new(Self(v6), NftType.Concat(address, address)) { Comment = "pods here that reach themselves" },
        new(Node(v6), address) { Comment = "addresses of this node" },
    ];
}
