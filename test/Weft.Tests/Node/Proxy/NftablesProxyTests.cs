using Weft.Compilers.Services.Nftables;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;
using Weft.Netlink.Nftables;
using Weft.Node.Proxy.Nftables;
using static Weft.Tests.Node.Proxy.ProxySamples;

namespace Weft.Tests.Node.Proxy;

/// <summary>The nftables target on a packet filter in memory.</summary>
public sealed class NftablesProxyTests
{
    private const int NotPermitted = 1, NoMemory = 12, NoBuffers = 105, Restart = 85;
    private static readonly NftTableId Table = NftServiceProgram.Tables[0];

    private readonly FakeNftables _kernel = new();
    private readonly ManualTime _time = new();
    private readonly NftablesProxy _proxy;

    public NftablesProxyTests() => _proxy = new NftablesProxy(_kernel, _time);

    [Fact]
    public void A_second_turn_sends_nothing_and_a_change_sends_its_elements()
    {
        Assert.True(_proxy.Sync(Services(10, 3)).Changes > 0);
        Assert.Equal(0, _proxy.Sync(Services(10, 3)).Changes);
        var changed = Services(10, 3, changed: 4);
        Assert.InRange(_proxy.Sync(changed).Changes, 1, 10);
        AssertServes(changed);
    }

    [Fact]
    public void A_later_process_adopts_what_it_finds_and_writes_nothing()
    {
        _proxy.Sync(Services(10, 3));
        _proxy.Sync(Services(10, 3, changed: 4));
        var before = _kernel.Generation();
        var later = new NftablesProxy(_kernel);
        Assert.Equal(new Weft.Node.Proxy.ProxyOutcome(0, Drift: false, []), later.Sync(Services(10, 3, changed: 4)));
        Assert.Equal(before, _kernel.Generation());
        Assert.InRange(later.Sync(Services(10, 3)).Changes, 1, 10);
        AssertServes(Services(10, 3));
    }

    [Fact]
    public void What_others_changed_is_found_and_repaired_once_in_doubt()
    {
        _proxy.Sync(Services(3, 2));
        var set = Present().Sets.First(found => found.Elements.Count > 3 && !found.IsDynamic);
        Action[] faults =
        [
            () => _kernel.Interfere(new NftBatch([new NftDeleteElements(Table, set, [set.Elements[0], set.Elements[1]])])),
            () => _kernel.Interfere(new NftBatch([new NftDeleteTable(Table)])),
            () => _kernel.Interfere(new NftBatch([new NftAddChain(Table, "theirs")])),
        ];
        foreach (var fault in faults)
        {
            fault();
            _proxy.Doubt();
            var outcome = _proxy.Sync(Services(3, 2));
            Assert.True(outcome.Drift);
            Assert.True(outcome.Changes > 0);
            AssertServes(Services(3, 2));
            _proxy.Doubt();
            Assert.False(_proxy.Sync(Services(3, 2)).Drift);
        }
    }

    [Fact]
    public void A_doubt_without_cause_reads_nothing_back()
    {
        _proxy.Sync(Services(3, 2));
        _proxy.Sync(Services(4, 2));
        var before = _kernel.Applied.Count;
        _proxy.Doubt();
        Assert.Equal(0, _proxy.Sync(Services(4, 2)).Changes);
        Assert.Equal(before, _kernel.Applied.Count);
    }

    [Theory]
    [InlineData(Restart)]
    [InlineData(NoBuffers)]
    public void Lost_answers_and_conflicts_are_tried_again_from_a_read_back(int errno)
    {
        _proxy.Sync(Services(3, 2));
        var failures = 3;
        _kernel.Refuse = _ => failures-- > 0 ? errno : 0;
        Assert.Empty(_proxy.Sync(Services(5, 2)).Problems);
        AssertServes(Services(5, 2));
    }

    [Fact]
    public void An_object_that_the_kernel_refuses_is_reported_and_all_others_are_programmed()
    {
        var wanted = Services(40, 2);
        RefuseAddress("10.96.0.17");
        var outcome = _proxy.Sync(wanted);
        var problem = Assert.Single(outcome.Problems);
        Assert.Equal("Service default/s17", problem.Object);
        Assert.Equal("KernelRefused", problem.Reason);
        AssertServes(Without(wanted, "s17"));

        var applied = _kernel.Applied.Count;
        Assert.Equal(problem, Assert.Single(_proxy.Sync(wanted).Problems));
        Assert.Equal(applied, _kernel.Applied.Count);

        _kernel.Refuse = _ => 0;
        _proxy.Doubt();
        Assert.Single(_proxy.Sync(wanted).Problems);
        _time.Advance(TimeSpan.FromSeconds(10));
        _proxy.Doubt();
        Assert.Empty(_proxy.Sync(wanted).Problems);
        AssertServes(wanted);
    }

    [Fact]
    public void A_refused_object_that_goes_is_no_problem_any_more()
    {
        var wanted = Services(5, 2);
        RefuseAddress("10.96.0.2");
        Assert.Single(_proxy.Sync(wanted).Problems);
        Assert.Empty(_proxy.Sync(Without(wanted, "s2")).Problems);
    }

    [Theory]
    [InlineData(NotPermitted)]
    [InlineData(NoMemory)]
    public void What_is_no_objects_fault_is_not_blamed_on_one(int errno)
    {
        _kernel.Refuse = _ => errno;
        Assert.Equal(errno, Assert.Throws<NftException>(() => _proxy.Sync(Services(200, 1))).Errno);
        _kernel.Refuse = _ => 0;
        _proxy.Sync(Services(200, 1));
        AssertServes(Services(200, 1));
    }

    [Fact]
    public void Removing_leaves_nothing_and_tables_of_others_alone()
    {
        var theirs = new NftTableId(NftFamily.Ip, "theirs");
        _kernel.Interfere(new NftBatch([new NftAddTable(theirs)]));
        _proxy.Sync(Services(3, 2));
        _proxy.Remove();
        Assert.Equal(theirs, Assert.Single(_kernel.ReadBack().Ruleset.Tables).Id);
        _proxy.Remove();
        _proxy.Sync(Services(3, 2));
        AssertServes(Services(3, 2));
    }

    private static ServiceTable Services(int count, int endpoints, int changed = 0) =>
        Table(Enumerable.Range(1, count).Select(i => Service(i, i == changed ? endpoints + 1 : endpoints)).ToEquatableArray());

    private static ServiceTable Without(ServiceTable table, string service) =>
        table with { Ports = table.Ports.Where(port => port.Name.Service != service).ToEquatableArray() };

    private void RefuseAddress(string address)
    {
        var bytes = IpAddress.Parse(address).ToBytes();
        _kernel.Refuse = operation => operation is NftAddElements { Set.Name: var name } add && name == "frontends"
            && add.Elements.Any(element => element.Key.Bytes.StartsWith(bytes)) ? 22 : 0;
    }

    private NftTable Present() => _kernel.ReadBack(NftServiceProgram.Tables).Ruleset.Find(Table)!;

    /// <summary>Whether a process that knows nothing would find nothing to do.</summary>
    private void AssertServes(ServiceTable table) =>
        Assert.Empty(NftServiceProgram.Adopt(_kernel.ReadBack(NftServiceProgram.Tables)).Plan(table).ToString());
}
