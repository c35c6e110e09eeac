using System.Globalization;
using Weft.Dns.Completion;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Tests.Dns.Completion;

/// <summary>Names that the server goes through the search list for.</summary>
public sealed class CompletionTests
{
    private const string Asked = "www.example.org.default.svc.cluster.local";

    private static readonly DnsTable Table = new(
        [
            new NamedService("default", "outside") { Alias = DnsName.Parse("www.example.org") },
            new NamedService("default", "web") { Addresses = [IpAddress.Parse("10.96.0.21")] },
            new NamedService("shop", "cart") { Addresses = [IpAddress.Parse("10.96.0.20")] },
            new NamedService("shop", "outside") { Alias = DnsName.Parse("www.example.org") },
            new NamedService("shop", "renamed") { Alias = DnsName.Parse("cart.shop.svc.cluster.local") },
        ],
        ["default", "shop"]);

    private readonly ScriptedWorld _world = new(name => name switch
    {
        "www.example.org." => new(true, HasV4: true) { Ttl = 3 },
        "long.example.org." => new(true, HasV4: true) { Ttl = 3600, Alias = "end.example.org" },
        "broken.example.org." => new(true) { Fails = [DnsType.A, DnsType.AAAA] },
        _ => new(false),
    });

    private readonly CompletionRig _rig;

    public CompletionTests() => _rig = new CompletionRig(Table, _world, CompletionRig.ListOf("default"));

    [Fact]
    public void A_name_of_others_is_answered_in_one_query_and_holds_no_longer_than_its_records()
    {
        Assert.False(_rig.IsAtOnce(Asked));
        var answer = _rig.Ask(CompletionRig.Known, Asked);
        Assert.Equal(DnsCode.NoError, answer.Code);
        Assert.Equal($"{Asked}. CNAME www.example.org.", Show(answer.Answers[0]));
        Assert.Equal(("www.example.org.", DnsType.A), (answer.Answers[1].Name.ToString(), answer.Answers[1].Type));
        Assert.InRange(answer.Answers[0].Ttl, 0u, Math.Min(3u, answer.Answers[1].Ttl));
        Assert.False(answer.Header.Flags.HasFlag(DnsFlags.Authoritative));
        Assert.True(_rig.IsAtOnce(Asked));
        Assert.Equal((1, 2), (_world.Asked, (int)_rig.Service.Completed));
    }

    [Fact]
    public void The_chain_of_a_final_name_follows_and_the_alias_holds_no_longer_than_names_of_the_cluster_do()
    {
        var answer = _rig.Ask(CompletionRig.Known, "long.example.org.default.svc.cluster.local");
        Assert.Equal(["long.example.org.default.svc.cluster.local. CNAME long.example.org.", "long.example.org. CNAME end.example.org."], answer.Answers.Take(2).Select(Show));
        Assert.Equal("end.example.org.", answer.Answers[2].Name.ToString());
        Assert.Equal(5u, answer.Answers[0].Ttl);
    }

    [Theory]
    [InlineData("cart.shop", "cart.shop.svc.cluster.local. A \\# 4 0A600014")]
    [InlineData("cart.shop.svc", "cart.shop.svc.cluster.local. A \\# 4 0A600014")]
    [InlineData("renamed.shop", "renamed.shop.svc.cluster.local. CNAME cart.shop.svc.cluster.local.")]
    [InlineData("outside.shop", "outside.shop.svc.cluster.local. CNAME www.example.org.")]
    public void A_name_of_the_cluster_may_be_the_final_one(string name, string second)
    {
        var answer = _rig.Ask(CompletionRig.Known, $"{name}.default.svc.cluster.local");
        Assert.Equal($"{name}.default.svc.cluster.local. CNAME {second.Split(' ')[0]}", Show(answer.Answers[0]));
        Assert.Equal(second, Show(answer.Answers[1]).Replace("A 10.96.0.20", "A \\# 4 0A600014", StringComparison.Ordinal));
        Assert.True(_rig.IsAtOnce($"{name}.default.svc.cluster.local"));
    }

    [Fact]
    public void Without_records_of_the_type_there_is_an_empty_answer_and_no_alias()
    {
        var answer = _rig.Ask(CompletionRig.Known, Asked, DnsType.AAAA);
        Assert.Equal((DnsCode.NoError, 0, DnsType.SOA), (answer.Code, answer.Answers.Count, Assert.Single(answer.Authorities).Type));
        Assert.Equal("cluster.local.", answer.Authorities[0].Name.ToString());
        Assert.Empty(_rig.Ask(CompletionRig.Known, "cart.shop.default.svc.cluster.local", DnsType.AAAA).Answers);
    }

    [Theory]
    [InlineData("nobody.example.org.default.svc.cluster.local")]
    [InlineData("broken.example.org.default.svc.cluster.local")]
    public void A_name_that_is_nowhere_or_that_nobody_tells_of_does_not_exist_where_it_was_asked_for(string name)
    {
        var (known, stranger) = (_rig.Ask(CompletionRig.Known, name), _rig.Ask(CompletionRig.Stranger, name));
        Assert.Equal((DnsCode.NXDomain, "cluster.local."), (known.Code, Assert.Single(known.Authorities).Name.ToString()));
        Assert.Equal((stranger.Code, stranger.Header.Flags), (known.Code, known.Header.Flags));
    }

    [Theory]
    [InlineData("www.example.org.shop.svc.cluster.local", DnsType.A, "another namespace")]
    [InlineData("www.example.org.svc.cluster.local", DnsType.A, "not the first of the list")]
    [InlineData("www.example.org.x.y.z.default.svc.cluster.local", DnsType.A, "as many dots as ndots")]
    [InlineData(Asked, DnsType.TXT, "no address")]
    [InlineData("default.svc.cluster.local", DnsType.A, "the end alone")]
    [InlineData("shop.default.svc.cluster.local", DnsType.A, "the full name of a Service")]
    [InlineData("org.web.default.svc.cluster.local", DnsType.A, "the full name of an endpoint")]
    public void What_no_resolver_asks_for_first_is_answered_as_it_is(string name, DnsType type, string why)
    {
        Assert.NotEmpty(why);
        Assert.Empty(_rig.Ask(CompletionRig.Known, name, type).Answers);
        Assert.Equal(0, _world.Asked);
    }

    [Fact]
    public void Strangers_and_clients_that_want_no_recursion_are_told_that_there_is_no_such_name()
    {
        Assert.Equal(DnsCode.NXDomain, _rig.Ask(CompletionRig.Stranger, Asked).Code);
        Assert.Equal(DnsCode.NXDomain, _rig.Ask(CompletionRig.Known, Asked, flags: DnsFlags.None).Code);
        Assert.Equal((0, 0), (_world.Asked, (int)_rig.Service.Completed));
    }

    [Fact]
    public void A_name_that_gets_too_long_is_left_to_the_resolver()
    {
        var label = new string('x', 60);
        var rig = new CompletionRig(Table, _world, new SearchList([DnsName.Parse("default.svc.cluster.local"), DnsName.Parse($"{label}.{label}.{label}.example")], 5));
        Assert.Equal(DnsCode.NXDomain, rig.Ask(CompletionRig.Known, $"{label}.{label}.default.svc.cluster.local").Code);
        Assert.Equal(0, _world.Asked);
    }

    [Fact]
    public void The_answer_has_the_case_of_the_question_and_is_cut_when_it_has_no_room()
    {
        Assert.Equal("Cart.SHOP.Default.svc.cluster.LOCAL. CNAME Cart.SHOP.svc.cluster.LOCAL.", Show(_rig.Ask(CompletionRig.Known, "Cart.SHOP.Default.svc.cluster.LOCAL").Answers[0]));
        var many = new DnsTable([new NamedService("shop", "many") { Endpoints = [.. Enumerable.Range(0, 100).Select(i => new NamedEndpoint($"h-{i:D2}", [IpAddress.Parse($"10.0.0.{i}")], []))] }], ["shop"]);
        var rig = new CompletionRig(many, _world, CompletionRig.ListOf("default"));
        Assert.True(rig.Ask(CompletionRig.Known with { Transport = DnsTransport.Datagram }, "many.shop.default.svc.cluster.local").Header.Flags.HasFlag(DnsFlags.Truncated));
        Assert.Equal(101, rig.Ask(CompletionRig.Known, "many.shop.default.svc.cluster.local").Answers.Count);
    }

    // The figures of docs/dns.md.
    [Theory]
    [InlineData("glibc", false, 4, 1)]
    [InlineData("musl", false, 4, 1)]
    [InlineData("glibc", true, 8, 2)]
    [InlineData("musl", true, 8, 2)]
    public void An_external_name_costs_one_query_for_each_type_instead_of_four(string resolver, bool isBoth, int before, int after)
    {
        Assert.Equal((before, after), (Count(CompletionRig.Stranger), Count(CompletionRig.Known)));

        int Count(DnsClient client)
        {
            var model = new ResolverModels((name, type) => _rig.Ask(client, name, type), [.. CompletionRig.ListOf("default").Ends], 5);
            var (name, types) = (DnsName.Parse("www.example.org"), isBoth ? new[] { DnsType.A, DnsType.AAAA } : [DnsType.A]);
            Assert.Equal("www.example.org.", (resolver == "glibc" ? model.Glibc(name, types) : model.Musl(name, types)).Canonical);
            return model.Queries;
        }
    }

    private static string Show(DnsRecord record) =>
        record.ToString().Replace(string.Create(CultureInfo.InvariantCulture, $" {record.Ttl} IN "), " ", StringComparison.Ordinal);
}
