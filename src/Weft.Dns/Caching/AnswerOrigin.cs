namespace Weft.Dns.Caching;

/// <summary>Which server gave an answer, and how that went.</summary>
/// <param name="Server">The server.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Failures">What came of the servers that were asked before it.</param>
public sealed record AnswerOrigin(string Server, TimeSpan Took, IReadOnlyList<string> Failures);
