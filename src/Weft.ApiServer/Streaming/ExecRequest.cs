namespace Weft.ApiServer.Streaming;

/// <summary>What to run in a container and which streams to connect.</summary>
public sealed record ExecRequest(IReadOnlyList<string> Command, bool Stdin, bool Stdout, bool Stderr, bool Tty);
