using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Node.Dns;
using Weft.Node.Policies;

namespace Weft.Tests.Node.Dns;

/// <summary>Who completes names how: pods of this node, for exactly as long as they have their addresses.</summary>
public sealed class SearchDirectoryTests
{
    private const string Address = "10.244.0.9", Usual = "shop.svc.cluster.local. svc.cluster.local. cluster.local. ndots:5";

    private static readonly SearchSettings Settings = new(DnsName.Parse("cluster.local"), [], []);

    private readonly PodList _pods = new();
    private readonly SearchDirectory _directory = new("node1");

    public SearchDirectoryTests()
    {
        _directory.Follow(Settings);
        _pods.OnSeen(_directory.Note);
    }

    [Fact]
    public void A_pod_has_the_list_of_its_namespace_from_the_moment_that_it_has_an_address()
    {
        _pods.Note(null, Pod("u1"));
        Assert.Equal("", Seen());
        _pods.Attach(Attachment("c1", "u1"));
        Assert.Equal(Usual, Seen());
        Assert.Equal("", Show("10.244.0.8"));
    }

    [Fact]
    public void A_pod_that_is_gone_or_has_ended_completes_no_names()
    {
        var pod = Pod("u1", Address);
        _pods.Note(null, pod);
        Assert.Equal(Usual, Seen());
        _pods.Note(pod, pod with { IsFinished = true });
        Assert.Equal("", Seen());
        _pods.Note(pod, pod);
        _pods.Note(pod, null);
        Assert.Equal("", Seen());
    }

    [Fact]
    public void An_address_that_is_used_again_has_nothing_of_the_pod_before()
    {
        var (first, second) = (Pod("u1", Address), Pod("u2", space: "other"));
        _pods.Note(null, first);
        _pods.Note(null, second);
        Assert.Equal(Usual, Seen());

        // The plugin tells of the next pod before the API server says that the former one is gone: for so long nobody is known to have the address.
        _pods.Attach(Attachment("c2", "u2", "other"));
        Assert.Equal("", Seen());
        _pods.Note(first, null);
        Assert.Equal(Usual.Replace("shop", "other", StringComparison.Ordinal), Seen());
        _pods.Detach("c2");
        Assert.Equal("", Seen());
    }

    [Fact]
    public void A_pod_of_the_same_name_with_another_uid_does_not_have_the_address_of_the_former_one()
    {
        _pods.Attach(Attachment("c1", "u1"));
        _pods.Note(null, Pod("u1"));
        Assert.Equal(Usual, Seen());
        _pods.Note(Pod("u1"), Pod("u2"));
        Assert.Equal("", Seen());
    }

    [Fact]
    public void Pods_of_other_nodes_and_on_the_network_of_this_one_are_strangers()
    {
        _pods.Note(null, Pod("u1", Address) with { Node = "node2" });
        Assert.Equal("", Seen());
        _pods.Note(null, Pod("u1", Address) with { HostNetwork = true });
        Assert.Equal("", Seen());
    }

    [Fact]
    public void Pods_that_were_known_before_are_told_of_and_settings_are_followed()
    {
        _pods.Note(null, Pod("u1", Address));
        var late = new SearchDirectory("node1");
        _pods.OnSeen(late.Note);
        Assert.Null(late.Of(IpAddress.Parse(Address)));
        late.Follow(Settings);
        Assert.NotNull(late.Of(IpAddress.Parse(Address)));
        late.Follow(SearchSettings.None);
        Assert.Null(late.Of(IpAddress.Parse(Address)));
    }

    [Theory]
    [InlineData("off", null, "")]
    [InlineData("on", null, Usual)]
    [InlineData(null, "off", "")]
    [InlineData("on", "off", Usual)]
    [InlineData(null, null, Usual)]
    public void A_pod_or_its_namespace_says_no_and_the_pod_has_the_last_word(string? pod, string? space, string list)
    {
        var namespaces = new Namespace { Metadata = new() { Name = "shop", Annotations = space is null ? default : StringMap.Of(("weft/dns-completion", space)) } };
        _directory.Follow(SearchSettings.Of(new DnsSettings(), [], [namespaces]));
        _pods.Note(null, Pod("u1", Address, annotation: pod));
        Assert.Equal(list, Seen());
        _directory.Follow(SearchSettings.Of(new DnsSettings { Completion = false }, [], []));
        Assert.Equal("", Seen());
    }

    [Theory]
    [InlineData("ClusterFirst", "", "", Usual)]
    [InlineData("ClusterFirstWithHostNet", "", "", Usual)]
    [InlineData("Default", "", "", "")]
    [InlineData("None", "", "", "")]
    [InlineData("None", "a.example b.example", "", "")]
    [InlineData("ClusterFirst", "a.example svc.cluster.local", "ndots=2", "shop.svc.cluster.local. svc.cluster.local. cluster.local. a.example. ndots:2")]
    [InlineData("ClusterFirst", "", "timeout=1 ndots=99", "shop.svc.cluster.local. svc.cluster.local. cluster.local. ndots:15")]
    [InlineData("ClusterFirst", "", "ndots=many", "")]
    [InlineData("ClusterFirst", "", "no-tld-query=", "")]
    [InlineData("ClusterFirst", "a. b. c. d.", "", "")]
    [InlineData("ClusterFirst", "x.shop.svc.cluster.local", "", "")]
    public void The_list_is_what_a_kubelet_writes_or_none_when_resolvers_differ(string policy, string searches, string options, string list)
    {
        _pods.Note(null, Pod("u1", Address, policy: policy, config: searches.Length + options.Length == 0 ? null : new PodDnsConfig
        {
            Searches = [.. searches.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
            Options = [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(option => option.Split('=')).Select(option => new EnvVar { Name = option[0], Value = option[1] })],
        }));
        Assert.Equal(list, Seen());
    }

    [Fact]
    public void The_search_list_of_the_node_comes_behind_the_clusters()
    {
        _directory.Follow(Settings with { NodeSearch = [DnsName.Parse("corp.example")] });
        _pods.Note(null, Pod("u1", Address));
        Assert.Equal(Usual.Replace(" ndots", " corp.example. ndots", StringComparison.Ordinal), Seen());
    }

    [Fact]
    public void One_pod_costs_the_same_among_many()
    {
        var among = new int[] { 10, 5000 }.Select(count =>
        {
            var (directory, addresses) = (new SearchDirectory("node1"), new PodAddresses());
            directory.Follow(Settings);
            void Note(int number, string address)
            {
                var pod = Pod($"u{number}", address);
                directory.Note(new ObjectKey("shop", $"db-{number}"), pod);
                addresses.Note(new ObjectKey("shop", $"db-{number}"), pod);
            }

            for (var i = 0; i < count; i++)
                Note(i, $"10.{i >> 8}.{i & 255}.1");
            Note(3, "10.99.0.1");
            Note(3, "10.0.3.1");
            var before = GC.GetAllocatedBytesForCurrentThread();
            Note(3, "10.99.0.1");
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }).ToList();
        Assert.InRange(among[1], 1, 2 * among[0]);
    }

    private string Seen() => Show(Address);

    private string Show(string address) =>
        _directory.Of(IpAddress.Parse(address)) is { } list ? $"{string.Join(' ', list.Ends)} ndots:{list.Ndots}" : "";

    private static PolicyPod Pod(string uid, string? address = null, string space = "shop", string? policy = null, PodDnsConfig? config = null, string? annotation = null) => PolicyPod.Of(new Pod
    {
        Metadata = new() { Name = "db-0", Namespace = space, Uid = uid, Annotations = annotation is null ? default : StringMap.Of(("weft/dns-completion", annotation)) },
        Spec = new() { NodeName = "node1", DnsPolicy = policy, DnsConfig = config },
        Status = new() { PodIPs = address is null ? [] : [new PodIp(address)] },
    });

    private static PodAttachment Attachment(string id, string uid, string space = "shop") => new(id, new ObjectKey(space, "db-0"), uid, [IpAddress.Parse(Address)]);
}
