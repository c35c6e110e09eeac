using Weft.Dns.Serving;

namespace Weft.Node.Policies.Domains;

/// <summary>Learns what answers say of names that policies name, before the answers leave: a client that connects at once is not denied.</summary>
/// <param name="learned">What is known.</param>
internal sealed class DomainGate(LearnedDomains learned) : IAnswerGate
{
    /// <inheritdoc/>
    public bool MayLeave(in DnsClient client, ReadOnlySpan<byte> answer) =>
        learned.Patterns is { } patterns && (!DomainAnswer.Speaks(answer, patterns) || learned.Renew(DomainAnswer.Read(answer, patterns)));

    /// <inheritdoc/>
    public async ValueTask WaitAsync(DnsClient client, ReadOnlyMemory<byte> answer)
    {
        if (learned.Patterns is null)
            await learned.BeginAsync().ConfigureAwait(false);
        if (learned.Patterns is { } patterns && DomainAnswer.Speaks(answer.Span, patterns))
            await learned.LearnAsync(DomainAnswer.Read(answer.Span, patterns)).ConfigureAwait(false);
    }
}
