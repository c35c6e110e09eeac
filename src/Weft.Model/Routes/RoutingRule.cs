namespace Weft.Model.Routes;

/// <summary>One rule of the policy that picks a routing table.</summary>
public sealed record RoutingRule
{
    /// <summary>Whether it is for IPv6 packets; a rule is for one family.</summary>
    public bool IsV6 { get; init; }

    /// <summary>The smaller one is asked first.</summary>
    public required uint Priority { get; init; }

    /// <summary>What happens to the packets it is for.</summary>
    public RuleAction Action { get; init; } = RuleAction.Lookup;

    /// <summary>The table to look in.</summary>
    public uint Table { get; init; } = RouteTable.Main;

    /// <summary>Packets from here; null is anywhere.</summary>
    public IpPrefix? From { get; init; }

    /// <summary>Packets to here; null is anywhere.</summary>
    public IpPrefix? To { get; init; }

    /// <summary>Packets that came in by this link; <c>lo</c> is this machine's own.</summary>
    public string? InputDevice { get; init; }

    /// <summary>Packets of sockets that are bound to this link.</summary>
    public string? OutputDevice { get; init; }

    /// <summary>Packets whose mark, under <see cref="MarkMask"/>, is this.</summary>
    public uint Mark { get; init; }

    /// <summary>The bits of the mark that count; 0 when the mark does not matter.</summary>
    public uint MarkMask { get; init; }

    /// <summary>Packets that the conditions do not fit.</summary>
    public bool Invert { get; init; }

    /// <summary>Ignore what the table says when its route's prefix is no longer than this.</summary>
    public int? SuppressPrefixLength { get; init; }

    /// <summary>Who made it; see <see cref="RouteProtocol"/>.</summary>
    public byte Protocol { get; init; } = RouteProtocol.Boot;

    /// <summary>In the manner of <c>ip rule</c>, without the rarer conditions.</summary>
    public override string ToString()
    {
        var from = From is { } source ? source.ToString() : "all";
        var mark = MarkMask == 0 ? string.Empty : $" fwmark {Mark:x}/{MarkMask:x}";
        return $"{Priority}: from {from}{mark} {(Action == RuleAction.Lookup ? $"lookup {Table}" : Action.ToString().ToLowerInvariant())}";
    }
}

/// <summary>What a rule does, with the values of FR_ACT_* in linux/fib_rules.h.</summary>
public enum RuleAction
{
    Lookup = 1,
    Goto = 2,
    Nop = 3,
    Blackhole = 6,
    Unreachable = 7,
    Prohibit = 8,
}
