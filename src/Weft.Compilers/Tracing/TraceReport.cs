using Weft.Compilers.Policies.Verdicts;
using Weft.Model;

namespace Weft.Compilers.Tracing;

/// <summary>One end of a connection.</summary>
/// <param name="What">The object, such as <c>pod default/web-0</c>; the address itself where no object has it.</param>
/// <param name="Address">Its address.</param>
/// <param name="Node">The node it is on; null outside the cluster.</param>
public sealed record TraceEnd(string What, IpAddress Address, string? Node);

/// <summary>A step of a packet's way.</summary>
/// <param name="Node">Where.</param>
/// <param name="Stage"><c>prerouting</c>, <c>input</c>, <c>forward</c>, <c>output</c>, <c>route</c> or <c>postrouting</c>.</param>
/// <param name="Rule">The rule or route that decided, with its table and chain.</param>
/// <param name="Effect">What it did.</param>
/// <param name="Object">The object that it comes from, where there is one.</param>
public sealed record TraceHop(string Node, string Stage, string Rule, string Effect, string? Object);

/// <summary>Where a connection may end up.</summary>
/// <param name="End">The endpoint.</param>
/// <param name="Port">Its port.</param>
/// <param name="Probability">How likely a new client is led there, 0 to 1.</param>
/// <param name="Masqueraded">Whether it sees the node's address in place of the client's.</param>
/// <param name="Hops">The way from the choice to the endpoint, or until a policy denies it.</param>
public sealed record TraceEndpoint(TraceEnd End, ushort Port, double Probability, bool Masqueraded, EquatableArray<TraceHop> Hops)
{
    /// <summary>What the policies of both ends say.</summary>
    public PolicyCrossing Policies { get; init; }
}

/// <summary>How a connection ends.</summary>
public enum TraceOutcome
{
    /// <summary>It reaches an endpoint.</summary>
    Delivered,

    /// <summary>It is refused: a TCP reset, or an ICMP error.</summary>
    Refused,

    /// <summary>It vanishes: the client waits until it gives up.</summary>
    Dropped,

    /// <summary>Chance decides: some endpoints get it, at others policies deny it.</summary>
    Partial,
}

/// <summary>The predicted way of the first packet of a connection.</summary>
public sealed record TraceReport
{
    /// <summary>Who connects.</summary>
    public required TraceEnd From { get; init; }

    /// <summary>What is connected to.</summary>
    public required TraceEnd To { get; init; }

    /// <summary>The port connected to.</summary>
    public required ushort Port { get; init; }

    /// <summary><c>TCP</c>, <c>UDP</c> or <c>SCTP</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>How the client's node balances Services, as in the setting <c>proxy</c>.</summary>
    public required string Target { get; init; }

    /// <summary>What becomes of it.</summary>
    public required TraceOutcome Outcome { get; init; }

    /// <summary>Why it is not delivered, and what to do.</summary>
    public string? Reason { get; init; }

    /// <summary>The way until an endpoint is chosen, or until it ends.</summary>
    public EquatableArray<TraceHop> Hops { get; init; }

    /// <summary>Every endpoint that may be chosen.</summary>
    public EquatableArray<TraceEndpoint> Endpoints { get; init; }
}

/// <summary>A question that has no answer: the message says which part of it and what there is.</summary>
public sealed class TraceException(string message) : Exception(message);
