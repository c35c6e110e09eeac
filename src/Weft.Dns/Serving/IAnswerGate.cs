namespace Weft.Dns.Serving;

/// <summary>Holds answers back until what they say is in force: a pod whose policies name domains may connect as soon as it knows an address.</summary>
public interface IAnswerGate
{
    /// <summary>Whether an answer may leave at once. Called on the thread that answers: it neither waits nor allocates.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="answer">The answer, as it is about to be sent.</param>
    bool MayLeave(in DnsClient client, ReadOnlySpan<byte> answer);

    /// <summary>Completes when an answer may leave, whatever becomes of what it waits for: a name that cannot be answered would be worse than a late rule.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="answer">The answer, as it is about to be sent.</param>
    ValueTask WaitAsync(DnsClient client, ReadOnlyMemory<byte> answer);
}
