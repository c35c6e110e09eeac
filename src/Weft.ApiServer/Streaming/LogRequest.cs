namespace Weft.ApiServer.Streaming;

/// <summary>Which part of a container's log to send.</summary>
/// <param name="Follow">Keep sending until the container ends.</param>
/// <param name="TailLines">Only the last lines.</param>
/// <param name="SinceSeconds">Only lines younger than this.</param>
/// <param name="Timestamps">Put an RFC 3339 time before each line.</param>
/// <param name="Previous">The log of the container's previous run.</param>
/// <param name="LimitBytes">Stop after this many bytes.</param>
public sealed record LogRequest(bool Follow, int? TailLines, int? SinceSeconds, bool Timestamps, bool Previous, long? LimitBytes);
