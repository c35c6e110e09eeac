namespace Weft.Lab.Probing;

/// <summary>What to measure: every source against every target.</summary>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
public sealed record ProbeRequest(string Protocol)
{
    /// <summary>Only pods of this namespace; null is all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Sources: a label selector, <c>pod</c>, <c>ns/pod</c>, <c>node/NAME</c> or <c>nodes</c>; null is every pod.</summary>
    public string? From { get; init; }

    /// <summary>Targets: a label selector, <c>pod</c>, <c>ns/pod</c>, <c>[ns/]svc/NAME</c>, <c>node/NAME</c> or <c>HOST:PORT</c>; null is every pod.</summary>
    public string? To { get; init; }

    /// <summary>The port of every target; null takes each pod's first declared one.</summary>
    public int? Port { get; init; }

    /// <summary>Single pairs to measure; null measures every source against every target.</summary>
    public IReadOnlyList<ProbePair>? Pairs { get; init; }

    /// <summary>How long one attempt may take, milliseconds.</summary>
    public int TimeoutMilliseconds { get; init; } = 2000;
}

/// <summary>One source and one target.</summary>
/// <param name="From">A pod as <c>ns/pod</c>, or <c>node/NAME</c>.</param>
/// <param name="To">What the target is called.</param>
/// <param name="Address">Its address.</param>
/// <param name="Port">Its port.</param>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
public sealed record ProbePair(string From, string To, string Address, int Port, string Protocol)
{
    /// <summary>A name that the source asks cluster DNS for first, and takes the address from; null for the address as it stands.</summary>
    public string? Host { get; init; }
}

/// <summary>What was measured; the shape of <c>weft probe -o json</c>.</summary>
public sealed record ProbeReport(IReadOnlyList<ProbeResult> Results, int Reached, int Total)
{
    /// <summary>What was left out and why, for people.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}

/// <summary>One attempt: a TCP connection that was accepted, or a UDP datagram that was answered.</summary>
public sealed record ProbeResult(string From, string To, string Address, int Port, string Protocol, bool Reached, double? Milliseconds, string? Error);
