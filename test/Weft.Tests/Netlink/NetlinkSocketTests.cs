using Weft.Netlink;
using Weft.Netlink.Protocol;
using static Weft.Tests.Netlink.KernelMessage;
using static Weft.Tests.Netlink.ScriptedTransport;

namespace Weft.Tests.Netlink;

/// <summary>Requests, dumps and batches under every fault that a kernel can produce.</summary>
public sealed class NetlinkSocketTests
{
    private readonly ScriptedTransport _kernel = new();

    [Fact]
    public void A_change_is_done_when_it_is_acknowledged()
    {
        _kernel.On(seq => [Answer.Of(Ack(seq))]);
        Execute();
    }

    [Fact]
    public void A_refusal_carries_the_kernels_own_words()
    {
        _kernel.On(seq => [Answer.Of(Ack(seq, 22, "mtu less than device minimum"))]);
        var exception = Assert.Throws<NetlinkException>(Execute);
        Assert.Equal(("EINVAL", "change link x", "mtu less than device minimum"), (exception.ErrnoName, exception.Operation, exception.KernelText));
        Assert.Contains("mtu less than device minimum", exception.Message);
    }

    [Fact]
    public void Answers_to_earlier_requests_are_passed_over()
    {
        _kernel.On(seq => [Answer.Of(Ack(seq - 1, 17), Item(seq - 1, 1)), Answer.Of(Ack(seq))]);
        Execute();
    }

    [Fact]
    public void A_lost_acknowledgement_is_said_and_not_taken_for_success()
    {
        _kernel.On(_ => [Answer.Lost]);
        Assert.Equal("ENOBUFS", Assert.Throws<NetlinkException>(Execute).ErrnoName);
        _kernel.On(_ => []);
        Assert.Equal("ETIMEDOUT", Assert.Throws<NetlinkException>(Execute).ErrnoName);
    }

    [Fact]
    public void A_dump_in_several_datagrams_is_one_list()
    {
        _kernel.On(seq => [Answer.Of(Item(seq, 1), Item(seq, 2)), Answer.Of(Item(seq, 3)), Answer.Of(Done(seq))]);
        Assert.Equal([1, 2, 3], Dump());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_interrupted_dump_starts_over(bool markedAtTheEnd)
    {
        ushort mark = NetlinkFlags.Multi | NetlinkFlags.DumpInterrupted;
        _kernel.On(seq => markedAtTheEnd
            ? [Answer.Of(Item(seq, 1), Done(seq, flags: mark))]
            : [Answer.Of(Item(seq, 1, mark), Item(seq, 9)), Answer.Of(Done(seq))]);
        _kernel.On(seq => [Answer.Of(Item(seq, 2), Done(seq))]);
        Assert.Equal([2], Dump());
        Assert.Equal(0, _kernel.Unread);
    }

    [Fact]
    public void A_dump_that_lost_a_part_starts_over_after_it_was_read_to_its_end()
    {
        _kernel.On(seq => [Answer.Of(Item(seq, 1)), Answer.Lost, Answer.Of(Item(seq, 3)), Answer.Of(Done(seq))]);
        _kernel.On(seq => [Answer.Of(Item(seq, 1), Item(seq, 2), Item(seq, 3), Done(seq))]);
        Assert.Equal([1, 2, 3], Dump());
        Assert.Equal(0, _kernel.Unread);
    }

    [Fact]
    public void A_dump_whose_end_was_lost_starts_over()
    {
        _kernel.On(seq => [Answer.Of(Item(seq, 1)), Answer.Lost]);
        _kernel.On(seq => [Answer.Of(Item(seq, 1), Done(seq))]);
        Assert.Equal([1], Dump());
    }

    [Fact]
    public void A_datagram_that_does_not_fit_is_asked_for_again_with_a_larger_buffer()
    {
        byte[][] Large(uint seq) => [.. Enumerable.Range(0, 5000).Select(i => Item(seq, (byte)i))];
        _kernel.On(seq => [Answer.Of(Large(seq)), Answer.Of(Done(seq))]);
        _kernel.On(seq => [Answer.Of(Large(seq)), Answer.Of(Done(seq))]);
        Assert.Equal(5000, Dump().Count);
    }

    [Fact]
    public void A_dump_that_never_comes_to_rest_gives_up()
    {
        for (var i = 0; i < 100; i++)
            _kernel.On(seq => [Answer.Of(Item(seq, 1, NetlinkFlags.Multi | NetlinkFlags.DumpInterrupted), Done(seq))]);
        Assert.Equal("EINTR", Assert.Throws<NetlinkException>(() => Dump()).ErrnoName);
        Assert.Equal(NetlinkSocket.MaxDumpAttempts, _kernel.Requests);
    }

    [Fact]
    public void A_dump_that_fails_at_its_end_says_so()
    {
        _kernel.On(seq => [Answer.Of(Item(seq, 1)), Answer.Of(Done(seq, -12))]);
        Assert.Equal("ENOMEM", Assert.Throws<NetlinkException>(() => Dump()).ErrnoName);
    }

    [Fact]
    public void A_reader_that_fails_leaves_the_socket_usable()
    {
        _kernel.On(seq => [Answer.Of(Make(100, NetlinkFlags.Multi, seq)), Answer.Of(Item(seq, 1)), Answer.Of(Done(seq))]);
        Assert.Equal("EBADMSG", Assert.Throws<NetlinkException>(() => Dump()).ErrnoName);
        Assert.Equal(0, _kernel.Unread);
        _kernel.On(seq => [Answer.Of(Item(seq, 1), Done(seq))]);
        Assert.Equal([1], Dump());
    }

    [Fact]
    public void Too_large_a_message_grows_the_send_buffer_before_it_is_refused()
    {
        using var socket = new NetlinkSocket(_kernel);
        _kernel.SendBufferLimit = 8192;
        _kernel.On(seq => [Answer.Of(Ack(seq))]);
        socket.Execute(Request(6000), "add much");
        var exception = Assert.Throws<NetlinkException>(() => socket.Execute(Request(9000), "add more"));
        Assert.Equal("EMSGSIZE", exception.ErrnoName);
        Assert.Contains("wmem_max", exception.Message);
    }

    [Fact]
    public void A_request_for_which_the_kernel_had_no_memory_is_sent_again()
    {
        _kernel.SendFailures = 3;
        _kernel.On(seq => [Answer.Of(Ack(seq))]);
        Execute();
        _kernel.SendFailures = 100;
        Assert.Contains("nothing was done", Assert.Throws<NetlinkException>(Execute).Message);
        Assert.Equal(1, _kernel.Requests);
    }

    [Fact]
    public void A_batch_says_of_each_message_what_became_of_it()
    {
        _kernel.On(seq => [Answer.Of(Ack(seq + 1)), Answer.Of(Ack(seq + 2, 2, "no such chain")), Answer.Of(Ack(seq + 3))]);
        var outcome = SendBatch(messages: 4);
        var error = Assert.Single(outcome.Errors);
        Assert.Equal((2, 2, "no such chain"), (error.Index, error.Errno, error.KernelText));
        Assert.Equal((2, false), (outcome.Acknowledged, outcome.RepliesLost));
        Assert.Equal("ENOENT", Assert.Throws<NetlinkException>(() => outcome.ThrowIfFailed("load rules")).ErrnoName);
    }

    [Fact]
    public void A_batch_without_a_refusal_is_done()
    {
        _kernel.On(_ => []);
        var outcome = SendBatch(messages: 3);
        Assert.Empty(outcome.Errors);
        outcome.ThrowIfFailed("load rules");
    }

    [Fact]
    public void A_batch_whose_replies_were_dropped_is_no_success()
    {
        _kernel.On(seq => [Answer.Of(Ack(seq)), Answer.Lost]);
        var outcome = SendBatch(messages: 3);
        Assert.True(outcome.RepliesLost);
        Assert.Equal("ENOBUFS", Assert.Throws<NetlinkException>(() => outcome.ThrowIfFailed("load rules")).ErrnoName);
    }

    private static byte[] Request(int payload)
    {
        using var writer = new NetlinkWriter([]);
        writer.Begin(50, 0);
        writer.Reserve(payload);
        return writer.Complete().ToArray();
    }

    private void Execute()
    {
        var socket = new NetlinkSocket(_kernel);
        socket.Execute(Request(4), new Operation("change link", "x"));
    }

    private List<byte> Dump()
    {
        var socket = new NetlinkSocket(_kernel);
        return socket.Dump(
            Request(4),
            "list things",
            static (message, ref error) =>
            {
                if (message.Payload.IsEmpty)
                    error.Report("empty");
                return message.Payload.IsEmpty ? (byte)0 : message.Payload[0];
            });
    }

    private BatchOutcome SendBatch(int messages)
    {
        var socket = new NetlinkSocket(_kernel);
        byte[] batch = [.. Enumerable.Range(0, messages).SelectMany(_ => Request(4))];
        return socket.SendBatch(batch, "load rules");
    }
}
