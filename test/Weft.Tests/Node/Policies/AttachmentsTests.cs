using Weft.Kubernetes;
using Weft.Model;
using Weft.Node.Policies;

namespace Weft.Tests.Node.Policies;

/// <summary>Who waits for the policies of a pod, and what is left when nobody does any more.</summary>
public sealed class AttachmentsTests
{
    private static readonly PodAttachment Attachment = new("net c1 eth0", new ObjectKey("shop", "db-0"), "u1", [IpAddress.Parse("10.244.0.9")]);

    private readonly PodList _pods = new();
    private readonly Attachments _attachments;
    private int _turns;

    public AttachmentsTests() => _attachments = new Attachments(_pods, () => _turns++);

    [Fact]
    public async Task A_turn_lets_go_whose_pod_it_knows()
    {
        var waiting = _attachments.WaitAsync(Attachment, TestContext.Current.CancellationToken);
        Assert.Equal(1, _turns);
        Assert.Empty(_attachments.TakeKnown());

        _pods.Note(null, Pod("another"));
        Assert.Empty(_attachments.TakeKnown());
        _pods.Note(null, Pod("u1"));
        Assert.Single(_attachments.TakeKnown()).SetResult();
        await waiting;

        Assert.Empty(_attachments.TakeKnown());
        Assert.Equal(1, _pods.Attached);
        Assert.False(_attachments.TakeGaveUp());
    }

    [Fact]
    public async Task Who_gives_up_leaves_no_address_behind()
    {
        using var end = new CancellationTokenSource();
        var waiting = _attachments.WaitAsync(Attachment, end.Token);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.Equal(0, _pods.Attached);
        Assert.Equal(2, _turns);
        Assert.True(_attachments.TakeGaveUp());
        Assert.False(_attachments.TakeGaveUp());
        _pods.Note(null, Pod("u1"));
        Assert.Empty(_pods.Take()[0].Addresses);
    }

    [Fact]
    public async Task A_pod_that_loses_its_network_loses_its_address()
    {
        _pods.Note(null, Pod("u1"));
        var waiting = _attachments.WaitAsync(Attachment, TestContext.Current.CancellationToken);
        Assert.Single(_attachments.TakeKnown()).SetResult();
        await waiting;

        _attachments.End(Attachment.Id);
        Assert.Empty(_pods.Take()[0].Addresses);
    }

    private static PolicyPod Pod(string uid) => PolicyPod.Of(new Pod { Metadata = new() { Name = "db-0", Namespace = "shop", Uid = uid } });
}
