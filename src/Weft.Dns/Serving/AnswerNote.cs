using Weft.Dns.Wire;

namespace Weft.Dns.Serving;

/// <summary>What there is to say about an answer besides itself.</summary>
/// <param name="Source">Where it comes from.</param>
/// <param name="Error">Why it is what it is; null when it speaks for itself.</param>
public readonly record struct AnswerNote(AnswerSource Source, ExtendedError? Error = null);
