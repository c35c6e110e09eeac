using Weft.Dns.Wire;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Node.Policies.Domains;
using Weft.Tests.Node.Proxy;

namespace Weft.Tests.Node.Policies.Domains;

/// <summary>Addresses that the cluster DNS of a node says, for rules that name domains.</summary>
public sealed class LearnedDomainsTests : IDisposable
{
    private static readonly EquatableArray<ClusterNetworkPolicy> Policies = [Naming("*.example.com", "example.org", "wrong name")];

    private readonly ManualTime _time = new();
    private readonly string _file = Path.Join(Path.GetTempPath(), Path.GetRandomFileName());
    private int _asked;

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task An_answer_waits_until_the_kernel_knows_its_addresses_and_the_next_one_does_not()
    {
        var learned = Begin();
        var gate = new DomainGate(learned);
        var answer = Answer("www.example.com", "www.example.com. 300 A 203.0.113.1");
        Assert.False(gate.MayLeave(default, answer));
        var waiting = gate.WaitAsync(default, answer).AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, _asked);

        Assert.Equal(["www.example.com. 203.0.113.1"], Shown(learned.Take(Policies)));
        Assert.False(waiting.IsCompleted);
        learned.NoteInForce();
        await waiting.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(gate.MayLeave(default, answer));
        Assert.Equal(1, _asked);
    }

    [Fact]
    public void Answers_about_other_names_leave_at_once()
    {
        var gate = new DomainGate(Begin());
        Assert.True(gate.MayLeave(default, Answer("example.com", "example.com. 300 A 203.0.113.1")));
        Assert.True(gate.MayLeave(default, Answer("www.example.com.default.svc.cluster.local")));
        Assert.True(gate.MayLeave(default, [1, 2, 3]));
        Assert.True(gate.MayLeave(default, Answer("www.example.com", "other.net. 300 A 203.0.113.1")));
    }

    [Fact]
    public async Task An_answer_does_not_wait_for_ever()
    {
        var learned = Begin();
        var waiting = new DomainGate(learned).WaitAsync(default, Answer("example.org", "example.org. 300 A 203.0.113.1")).AsTask();
        _time.Advance(TimeSpan.FromSeconds(2));
        await waiting.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Every_name_of_a_chain_of_aliases_has_the_address_for_the_shortest_time_on_the_way()
    {
        var answer = Answer("www.example.com", "www.example.com. 30 CNAME example.org.", "example.org. 600 CNAME cdn.net.", "cdn.net. 90 A 203.0.113.1", "cdn.net. 20 A 203.0.113.2", "evil.net. 90 A 203.0.113.3");
        var facts = DomainAnswer.Read(answer, new DomainPatterns(Policies));
        Assert.Equal(
            ["www.example.com. 203.0.113.1 30", "example.org. 203.0.113.1 90", "www.example.com. 203.0.113.2 20", "example.org. 203.0.113.2 20"],
            facts.Select(fact => $"{fact.Name} {fact.Address} {fact.Ttl.TotalSeconds}"));
    }

    [Fact]
    public void An_alias_that_a_policy_names_is_seen_behind_a_name_that_none_does() =>
        Assert.True(DomainAnswer.Speaks(Answer("other.net", "other.net. 30 CNAME example.org.", "example.org. 30 A 203.0.113.1"), new DomainPatterns(Policies)));

    [Fact]
    public void What_expires_is_past_and_what_is_asked_for_again_holds_longer()
    {
        var learned = Begin();
        Learn(learned, "example.org", "example.org. 300 A 203.0.113.1", "example.org. 5 A 203.0.113.2");
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(learned.Look());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(learned.Look());
        Assert.Equal(["example.org. 203.0.113.1", "example.org. 203.0.113.2 past"], Shown(learned.Take(Policies)));

        var gate = new DomainGate(learned);
        Assert.True(gate.MayLeave(default, Answer("example.org", "example.org. 1000 A 203.0.113.1")));
        _time.Advance(TimeSpan.FromSeconds(900));
        Assert.Equal(["example.org. 203.0.113.1", "example.org. 203.0.113.2 past"], Shown(learned.Take(Policies)));
        Assert.False(gate.MayLeave(default, Answer("example.org", "example.org. 5 A 203.0.113.2")));
        _time.Advance(TimeSpan.FromDays(2));
        Assert.Empty(learned.Take(Policies));
    }

    [Fact]
    public void The_same_list_is_given_while_nothing_changed()
    {
        var learned = Begin();
        Learn(learned, "example.org", "example.org. 300 A 203.0.113.1");
        var taken = learned.Take(Policies);
        Assert.True(taken.AsSpan() == learned.Take(Policies).AsSpan());
    }

    [Fact]
    public void What_no_policy_names_any_more_is_forgotten()
    {
        var learned = Begin();
        Learn(learned, "example.org", "example.org. 300 A 203.0.113.1");
        Assert.Empty(learned.Take([Naming("other.org")]));
        Assert.Empty(learned.Take(Policies));
    }

    [Fact]
    public void Another_process_knows_what_was_learned_and_until_when()
    {
        Learn(Begin(), "example.org", "example.org. 300 A 203.0.113.1", "example.org. 5 AAAA 2001:db8::1");
        _time.Advance(TimeSpan.FromSeconds(100));
        var next = Begin();
        Assert.Equal(["example.org. 2001:db8::1 past", "example.org. 203.0.113.1"], Shown(next.Take(Policies)).Order(StringComparer.Ordinal));
        next.NoteInForce();
        Assert.True(new DomainGate(next).MayLeave(default, Answer("example.org", "example.org. 300 A 203.0.113.1")));
    }

    [Fact]
    public void A_damaged_file_costs_what_is_damaged()
    {
        File.WriteAllText(_file, "nonsense\n203.0.113.1 99999999999999999 a.example.com.\n203.0.113.2 4000000000 b.example.com.\n203.0.113.3 4000000000 ..\n\n1 2\n");
        Assert.Equal(["b.example.com. 203.0.113.2"], Shown(Begin().Take(Policies)));
    }

    [Fact]
    public void There_is_a_limit_to_what_is_remembered()
    {
        var learned = new LearnedDomains(_time, new DomainFile(null), () => { }, new DomainLimits { Count = 2 });
        learned.Take(Policies);
        Learn(learned, "example.org", "example.org. 300 A 203.0.113.1", "example.org. 100 A 203.0.113.2", "example.org. 200 A 203.0.113.3");
        Assert.Equal(["example.org. 203.0.113.1", "example.org. 203.0.113.3"], Shown(learned.Take(Policies)));
    }

    [Fact]
    public async Task Until_policies_are_known_answers_wait_but_not_for_ever()
    {
        var learned = new LearnedDomains(_time, new DomainFile(null), () => { });
        var gate = new DomainGate(learned);
        var answer = Answer("other.net", "other.net. 300 A 203.0.113.1");
        Assert.False(gate.MayLeave(default, answer));
        var waiting = gate.WaitAsync(default, answer).AsTask();
        learned.Take(Policies);
        learned.NoteInForce();
        await waiting.WaitAsync(TimeSpan.FromSeconds(60));

        var never = new DomainGate(new LearnedDomains(_time, new DomainFile(null), () => { }));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.True(never.MayLeave(default, answer));
    }

    [Fact]
    public void Questions_that_no_policy_is_about_allocate_nothing()
    {
        var gate = new DomainGate(Begin());
        var answer = Answer("web.default.svc.cluster.local", "web.default.svc.cluster.local. 5 A 10.96.0.20");
        gate.MayLeave(default, answer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            gate.MayLeave(default, answer);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private LearnedDomains Begin()
    {
        var learned = new LearnedDomains(_time, new DomainFile(_file), () => _asked++);
        learned.Take(Policies);
        return learned;
    }

    private static void Learn(LearnedDomains learned, string name, params string[] records)
    {
        _ = learned.LearnAsync(DomainAnswer.Read(Answer(name, records), new DomainPatterns(Policies))).AsTask();
        learned.Take(Policies);
        learned.NoteInForce();
    }

    private static IEnumerable<string> Shown(EquatableArray<DomainAddress> addresses) =>
        addresses.Select(known => $"{known.Name} {known.Address}{(known.IsPast ? " past" : "")}");

    private static ClusterNetworkPolicy Naming(params EquatableArray<string> names) => new()
    {
        Metadata = new ObjectMeta { Name = "names" },
        Spec = new ClusterNetworkPolicySpec { Egress = [new ClusterNetworkPolicyRule { Action = "Accept", To = [new ClusterNetworkPolicyPeer { DomainNames = names }] }] },
    };

    /// <summary>An answer; records as <c>owner ttl type data</c>.</summary>
    private static byte[] Answer(string name, params string[] records)
    {
        var writer = new MessageWriter(new byte[4096]);
        writer.TryWriteQuestion(DnsName.Parse(name).Wire, DnsType.A);
        foreach (var parts in records.Select(record => record.Split(' ')))
        {
            var (type, data) = parts[2] == "CNAME" ? (DnsType.CNAME, DnsName.Parse(parts[3]).Wire.ToArray())
                : parts[2] == "A" ? (DnsType.A, IpAddress.Parse(parts[3]).ToIPAddress().GetAddressBytes()) : (DnsType.AAAA, IpAddress.Parse(parts[3]).ToIPAddress().GetAddressBytes());
            writer.TryWriteRecord(DnsName.Parse(parts[0]).Wire, type, uint.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), data);
        }

        return writer.Finish(new DnsHeader(7, DnsFlags.Response, 1, (ushort)records.Length)).ToArray();
    }
}
