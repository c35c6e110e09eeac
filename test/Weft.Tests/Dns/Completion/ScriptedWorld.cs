using Weft.Dns.Forwarding;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Tests.Dns.Completion;

/// <summary>What names of others have.</summary>
/// <param name="Exists">Whether there is such a name.</param>
/// <param name="HasV4">Whether it has an A record.</param>
/// <param name="HasV6">Whether it has an AAAA record.</param>
internal sealed record WorldName(bool Exists, bool HasV4 = false, bool HasV6 = false)
{
    /// <summary>Types for which servers fail.</summary>
    public DnsType[] Fails { get; init; } = [];

    /// <summary>The name that it is an alias of, which has the records.</summary>
    public string? Alias { get; init; }

    public uint Ttl { get; init; } = 300;
}

/// <summary>Others' names, the same whenever they are asked for. A name exists for all types or for none.</summary>
internal sealed class ScriptedWorld(Func<string, WorldName> names) : IUpstream
{
    private int _asked;

    public string Name => "world";

    public int Asked => _asked;

    public ValueTask<int> ExchangeAsync(ReadOnlyMemory<byte> query, Memory<byte> answer, CancellationToken ct)
    {
        Interlocked.Increment(ref _asked);
        var asked = DnsTalk.Read(query.Span);
        var (question, name) = (asked.Questions[0], names(asked.Questions[0].Name.ToString().ToLowerInvariant()));
        var writer = new MessageWriter(answer.Span);
        Assert.True(writer.TryWriteQuestion(question.Name.Wire, question.Type));
        var code = name.Fails.Contains(question.Type) ? DnsCode.ServFail : name.Exists ? DnsCode.NoError : DnsCode.NXDomain;
        ushort answers = 0, authorities = 0;
        if (code == DnsCode.NoError)
        {
            var owner = question.Name;
            if (name.Alias is { } alias)
            {
                Assert.True(writer.TryWriteNameRecord(owner.Wire, DnsType.CNAME, name.Ttl, [], DnsName.Parse(alias).Wire));
                (owner, answers) = (DnsName.Parse(alias), 1);
            }

            if (question.Type == DnsType.A ? name.HasV4 : name.HasV6)
            {
                Assert.True(writer.TryWriteRecord(owner.Wire, question.Type, name.Ttl, Address(question.Name, question.Type)));
                answers++;
            }
        }

        if (code != DnsCode.ServFail && writer.TryWriteSoa(DnsName.Root.Wire, 60, DnsName.Root.Wire, DnsName.Root.Wire, new SoaTimes(1, 2, 3, 4, 60)))
            authorities = 1;
        return new ValueTask<int>(writer.Finish(new DnsHeader(asked.Header.Id, asked.Header.AnswerFlags(code), 1, answers, authorities)).Length);
    }

    private static byte[] Address(DnsName name, DnsType type)
    {
        var hash = (byte)NameBytes.Hash(name.Wire);
        return type == DnsType.A ? [192, 0, 2, hash] : [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, hash];
    }
}
