using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>Answers that are held back until what they say is in force.</summary>
public sealed class AnswerGateTests
{
    private static readonly DnsName Web = DnsName.Parse("web.default.svc.cluster.local");
    private static readonly DnsTable Table = new([new NamedService("default", "web") { Addresses = [IpAddress.Parse("10.96.0.20")] }], ["default"]);

    private readonly DnsService _service = new(ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")), 1).With(Table), routes: null, TimeProvider.System);
    private readonly byte[] _buffer = new byte[Responder.LongestMessage];

    [Fact]
    public void What_may_leave_is_answered_at_once()
    {
        var gate = new Gate { MayLeave = true };
        _service.Gate = gate;
        Assert.True(_service.TryAnswer(default, Query(), _buffer, out var length));
        Assert.Equal(_buffer[..length], gate.Asked);
    }

    [Fact]
    public async Task What_may_not_leave_waits_and_is_the_same_answer_afterwards()
    {
        Assert.True(_service.TryAnswer(default, Query(), _buffer, out var length));
        var free = _buffer[..length];
        var gate = new Gate();
        _service.Gate = gate;
        Assert.False(_service.TryAnswer(default, Query(), _buffer, out _));
        var answering = _service.AnswerAsync(default, Query(), _buffer).AsTask();
        Assert.False(answering.IsCompleted);
        gate.Opened.SetResult();
        Assert.Equal(free, _buffer[..await answering.WaitAsync(TimeSpan.FromSeconds(60))]);
        Assert.Equal(free, gate.Asked);
    }

    private static byte[] Query()
    {
        var buffer = new byte[Responder.LongestDatagram];
        var writer = new MessageWriter(buffer);
        writer.TryWriteQuestion(Web.Wire, DnsType.A);
        return writer.Finish(new DnsHeader(7, DnsFlags.RecursionDesired, 1)).ToArray();
    }

    private sealed class Gate : IAnswerGate
    {
        public bool MayLeave { get; init; }

        public byte[] Asked { get; private set; } = [];

        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        bool IAnswerGate.MayLeave(in DnsClient client, ReadOnlySpan<byte> answer)
        {
            Asked = answer.ToArray();
            return MayLeave;
        }

        async ValueTask IAnswerGate.WaitAsync(DnsClient client, ReadOnlyMemory<byte> answer)
        {
            Asked = answer.ToArray();
            await Opened.Task;
        }
    }
}
