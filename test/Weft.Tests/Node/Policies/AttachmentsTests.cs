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

    public AttachmentsTests() => _attachments = new Attachments(_pods, "node-a", () => _turns++);

    private static WaitingPod Isolated => new(Attachment, IsIsolated: true);

    [Fact]
    public async Task A_turn_lets_go_whose_pod_it_knows()
    {
        var waiting = _attachments.WaitAsync(Isolated, TestContext.Current.CancellationToken);
        Assert.Equal(1, _turns);
        Assert.Empty(_attachments.TakeKnown());

        _pods.Note(null, Pod("another"));
        Assert.Empty(_attachments.TakeKnown());
        _pods.Note(null, Pod("u1"));
        Assert.Single(_attachments.TakeKnown()).Done.SetResult();
        await waiting;

        Assert.Empty(_attachments.TakeKnown());
        Assert.Equal(1, _pods.Attached);
        Assert.False(_attachments.TakeGaveUp());
    }

    [Fact]
    public async Task Who_gives_up_leaves_no_address_behind()
    {
        using var end = new CancellationTokenSource();
        var waiting = _attachments.WaitAsync(Isolated, end.Token);
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
        var waiting = _attachments.WaitAsync(Isolated, TestContext.Current.CancellationToken);
        Assert.Single(_attachments.TakeKnown()).Done.SetResult();
        await waiting;

        _attachments.End(Attachment.Id);
        Assert.Empty(_pods.Take()[0].Addresses);
    }

    [Fact]
    public async Task What_is_not_isolated_is_let_go_only_while_policies_hold_it_at_its_new_address()
    {
        var waiting = _attachments.WaitAsync(new WaitingPod(Attachment, IsIsolated: false), TestContext.Current.CancellationToken);
        Pod pod = new() { Metadata = new() { Name = "db-0", Namespace = "shop", Uid = "u1" }, Spec = new() { NodeName = "node-a" } };
        foreach (var unheld in (Pod[])[pod with { Spec = new() { NodeName = "node-b" } }, pod with { Spec = pod.Spec with { HostNetwork = true } }, pod with { Status = new() { Phase = "Succeeded" } }])
        {
            _pods.Note(null, PolicyPod.Of(unheld));
            Assert.Empty(_attachments.TakeKnown());
        }

        _pods.Note(null, PolicyPod.Of(pod));
        using var again = new CancellationTokenSource();
        var later = new WaitingPod(Attachment with { Id = "net c2 eth0", Addresses = [IpAddress.Parse("10.244.0.10")] }, IsIsolated: false);
        var second = _attachments.WaitAsync(later, again.Token);
        Assert.Equal(later, Assert.Single(_attachments.TakeKnown()));
        await again.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        _pods.Attach(Attachment);
        Assert.Single(_attachments.TakeKnown()).Done.SetResult();
        await waiting;
    }

    private static PolicyPod Pod(string uid) => PolicyPod.Of(new Pod { Metadata = new() { Name = "db-0", Namespace = "shop", Uid = uid } });
}
