using System.Security.Cryptography;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Dns.Explaining;

/// <summary>An answer that somebody asked for who wants to know where it comes from.</summary>
/// <param name="Answer">The answer, as the client would get it on a connection.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Error">What it says of itself (RFC 8914); null for nothing.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Explanation">Who answers, and why so.</param>
public sealed record Inquiry(DnsMessage Answer, AnswerSource Source, ExtendedError? Error, TimeSpan Took, Explanation Explanation)
{
    // One name, one type, OPT: there is always room.
    private const int LongestQuery = 512;

    /// <summary>Asks a service as a client would, and explains what it says.</summary>
    /// <param name="service">The service; its observers and its gate see the answer like any other.</param>
    /// <param name="client">On whose behalf.</param>
    /// <param name="name">The whole name.</param>
    /// <param name="type">The type; no transfer of a zone.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="InvalidDataException">The service gave no sound answer.</exception>
    public static async Task<Inquiry> AskAsync(DnsService service, DnsClient client, DnsName name, DnsType type, TimeProvider time)
    {
        var query = Query(name, type);
        var buffer = new byte[Responder.LongestMessage];
        var watcher = new Watcher(query);
        var (start, began) = (time.GetUtcNow(), time.GetTimestamp());
        int length;
        using (service.Observe(watcher))
        {
            if (!service.TryAnswer(client, query, buffer, out length))
                length = await service.AnswerAsync(client, query, buffer).ConfigureAwait(false);
        }

        var took = time.GetElapsedTime(began);
        if (!DnsMessage.TryRead(buffer.AsSpan(0, length), out var answer))
            throw new InvalidDataException($"the server gave no sound answer for {name} {type}");
        var error = answer.Edns is { } edns && edns.TryFind(buffer.AsSpan(0, length), EdnsOption.ExtendedError, out var data) ? ExtendedError.Read(data) : null;
        var asked = new AnswerExplainer(service, client, type, answer.Code, watcher.Source, error, start, time.GetUtcNow());
        return new Inquiry(answer, watcher.Source, error, took, asked.Explain(name, answer.Answers));
    }

    private static byte[] Query(DnsName name, DnsType type)
    {
        var writer = new MessageWriter(new byte[LongestQuery]);
        writer.TryWriteQuestion(name.Wire, type);
        Edns.TryWrite(ref writer, Responder.LongestDatagram, DnsCode.NoError, wantsSignatures: false, []);
        var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue);
        return writer.Finish(new DnsHeader(id, DnsFlags.RecursionDesired, 1, Additional: 1)).ToArray();
    }

    /// <summary>Sees where the answer to one query comes from.</summary>
    private sealed class Watcher(byte[] query) : IAnswerObserver
    {
        public AnswerSource Source { get; private set; }

        public void Answered(in AnswerSeen seen)
        {
            if (seen.Client.Port == 0 && seen.Query.SequenceEqual(query))
                Source = seen.Source;
        }
    }
}
