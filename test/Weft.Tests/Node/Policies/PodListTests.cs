using Weft.Kubernetes;
using Weft.Model;
using Weft.Node.Policies;

namespace Weft.Tests.Node.Policies;

/// <summary>Addresses of pods as the CNI plugin tells of them and as statuses show them.</summary>
public sealed class PodListTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weft-pods-").FullName;
    private readonly PodList _pods = new();

    private AttachmentFile Memory => new(Path.Join(_folder, "pods"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_the_plugin_says_holds_until_the_status_says_the_same()
    {
        _pods.Note(null, Pod("u1"));
        _pods.Attach(Attachment("c1", "u1", "10.244.0.9"));
        Assert.Equal(["10.244.0.9"], Addresses(_pods));
        _pods.Note(null, Pod("u1", "10.244.0.8"));
        Assert.Equal(["10.244.0.9"], Addresses(_pods));

        _pods.Note(null, Pod("u1", "10.244.0.9"));
        Assert.Equal(0, _pods.Attached);
        _pods.Note(null, Pod("u1", "10.244.0.10"));
        Assert.Equal(["10.244.0.10"], Addresses(_pods));
    }

    [Fact]
    public void An_attachment_that_is_over_is_forgotten_whether_its_pod_came_or_not()
    {
        _pods.Attach(Attachment("c1", "u1", "10.244.0.9"));
        _pods.Detach("c1");
        _pods.Note(null, Pod("u1"));
        Assert.Empty(Addresses(_pods));

        _pods.Attach(Attachment("c2", "u1", "10.244.0.9"));
        _pods.Detach("c1");
        Assert.Equal(["10.244.0.9"], Addresses(_pods));
        _pods.Detach("c2");
        Assert.Empty(Addresses(_pods));
        Assert.Equal(0, _pods.Attached);
    }

    [Fact]
    public void A_pod_of_the_same_name_gets_nothing_of_the_one_before()
    {
        var (first, second) = (Attachment("c1", "u1", "10.244.0.9"), Attachment("c2", "u2", "10.244.0.10"));
        _pods.Attach(first);
        _pods.Note(null, Pod("u1"));
        _pods.Note(null, Pod("u2"));
        Assert.False(_pods.Knows(first));
        Assert.Empty(Addresses(_pods));

        // The plugin may hear of a pod before we do, and of the end of the former one later.
        _pods.Note(null, Pod("u1", "10.244.0.9"));
        _pods.Attach(second);
        Assert.False(_pods.Knows(second));
        _pods.Note(Pod("u1", "10.244.0.9"), null);
        _pods.Note(null, Pod("u2"));
        Assert.True(_pods.Knows(second));
        Assert.Equal(["10.244.0.10"], Addresses(_pods));
    }

    [Fact]
    public void A_runtime_that_tells_no_uid_means_the_pod_of_that_name()
    {
        _pods.Attach(Attachment("c1", null, "10.244.0.9"));
        _pods.Note(null, Pod("u1"));
        Assert.Equal(["10.244.0.9"], Addresses(_pods));
        _pods.Note(Pod("u1"), null);
        Assert.Equal(0, _pods.Attached);
    }

    [Fact]
    public void A_static_pod_is_known_by_the_uid_of_its_manifest()
    {
        var mirror = PolicyPod.Of(new Pod { Metadata = new() { Name = "db-0", Namespace = "shop", Uid = "u9", Annotations = StringMap.Of(("kubernetes.io/config.mirror", "hash")) } });
        _pods.Note(null, mirror);
        Assert.True(_pods.Knows(Attachment("c1", "hash", "10.244.0.9")));
        Assert.False(_pods.Knows(Attachment("c1", "u9", "10.244.0.9")));
    }

    [Fact]
    public void An_address_is_one_pods_that_of_whom_the_plugin_told_last()
    {
        _pods.Note(null, Pod("u1"));
        _pods.Attach(Attachment("c1", "u1", "10.244.0.9"));
        _pods.Attach(Attachment("c7", "u7", "10.244.0.9") with { Pod = new ObjectKey("shop", "other") });
        Assert.Empty(Addresses(_pods));
        Assert.Equal(1, _pods.Attached);
    }

    [Fact]
    public void An_agent_that_starts_anew_knows_running_pods_whose_status_says_nothing_yet()
    {
        var (running, waiting) = (Attachment("net c1 eth0", "u1", "10.244.0.9,fd00::9"), Attachment("net c2 eth0", null, "10.244.0.10") with { Pod = new ObjectKey("shop", "b") });
        var first = new PodList(Memory);
        first.Attach(running);
        first.Attach(waiting);
        first.Keep(running);

        var second = new PodList(Memory);
        second.Note(null, Pod("u1"));
        second.DropUnknown();
        Assert.Equal(["10.244.0.9", "fd00::9"], Addresses(second));
        Assert.Equal(1, second.Attached);

        var third = new PodList(Memory);
        third.DropUnknown();
        Assert.Equal(0, third.Attached);
        Assert.Empty(Memory.Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b c\n")]
    [InlineData("shop db-0 - nonsense net c1 eth0\n\0\n")]
    public void A_memory_that_cannot_be_read_is_none(string content)
    {
        File.WriteAllText(Path.Join(_folder, "pods"), content);
        Assert.Equal(0, new PodList(Memory).Attached);
    }

    private static PolicyPod Pod(string uid, string addresses = "") => PolicyPod.Of(new Pod
    {
        Metadata = new() { Name = "db-0", Namespace = "shop", Uid = uid },
        Spec = new() { NodeName = "node1" },
        Status = new() { PodIPs = [.. addresses.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(text => new PodIp(text))] },
    });

    private static PodAttachment Attachment(string id, string? uid, string addresses) =>
        new(id, new ObjectKey("shop", "db-0"), uid, [.. addresses.Split(',').Select(text => IpAddress.Parse(text))]);

    private static IEnumerable<string> Addresses(PodList pods) => pods.Take().SelectMany(pod => pod.Addresses).Select(address => address.ToString());
}
