using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Compilers.Tracing;

/// <summary>What the rules of a target do with the first packet of a connection on one node.</summary>
internal interface ITargetPath
{
    /// <summary>The target, as in the setting <c>proxy</c>.</summary>
    string Name { get; }

    /// <summary>From the hook where the packet enters to where it is decided who gets it.</summary>
    TargetPassage Enter(NftHook hook, NftPacket packet);

    /// <summary>From there to the interface: whether the source is hidden, and by which rules.</summary>
    (bool Masqueraded, EquatableArray<TraceHop> Hops) Leave(NftPacket packet);
}

/// <summary>How far a packet gets.</summary>
/// <param name="Hops">What was done to every packet of this kind.</param>
/// <param name="Outcome">Whether it goes on.</param>
/// <param name="Choices">Who may get it.</param>
internal sealed record TargetPassage(EquatableArray<TraceHop> Hops, TraceOutcome Outcome, EquatableArray<TargetChoice> Choices);

/// <summary>One of those who may get it.</summary>
/// <param name="Packet">The packet, translated.</param>
/// <param name="Probability">How likely it is.</param>
/// <param name="Hops">What was done to this one alone.</param>
internal sealed record TargetChoice(NftPacket Packet, double Probability, EquatableArray<TraceHop> Hops);
