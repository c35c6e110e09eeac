using Weft.Compilers.Policies;
using Weft.Compilers.Policies.Nftables;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Model.Nftables;
using Weft.Model.Policies;
using Weft.Tests.Policies.TruthTables;

namespace Weft.Tests.Policies.Compiling;

/// <summary>Rules that name domains: what they mean is what the cluster DNS of the node has said.</summary>
public sealed class DomainPolicyTests
{
    private const string Client = "default/client node1 10.244.0.2 app=web";

    [Theory]
    [InlineData("kubernetes.io", "kubernetes.io", true)]
    [InlineData("kubernetes.io", "KUBERNETES.io.", true)]
    [InlineData("kubernetes.io", "www.kubernetes.io", false)]
    [InlineData("kubernetes.io", "my-kubernetes.io", false)]
    [InlineData("*.kubernetes.io", "www.kubernetes.io", true)]
    [InlineData("*.kubernetes.io", "latest.blog.kubernetes.io", true)]
    [InlineData("*.Kubernetes.IO.", "www.kubernetes.io", true)]
    [InlineData("*.kubernetes.io", "kubernetes.io", false)]
    [InlineData("*.kubernetes.io", "my-kubernetes.io", false)]
    [InlineData("*.kubernetes.io", "wikipedia.org", false)]
    [InlineData("_sip.example.com", "_sip.example.com", true)]
    public void A_wildcard_stands_for_one_or_more_whole_labels(string pattern, string name, bool matches)
    {
        Assert.True(DomainPattern.TryParse(pattern, out var parsed, out _));
        Assert.Equal(matches, parsed.Matches(DnsName.Parse(name)));
    }

    [Theory]
    [InlineData("*", "'*' stands for whole labels, at the beginning only")]
    [InlineData("www.*.io", "'*' stands for whole labels, at the beginning only")]
    [InlineData("*kubernetes.io", "'*' stands for whole labels, at the beginning only")]
    [InlineData("com", "it has one label, and needs two or more")]
    [InlineData("*.com", "it has one label, and needs two or more")]
    [InlineData("", "it has one label, and needs two or more")]
    [InlineData("a..com", "'a..com' has an empty label")]
    [InlineData("b\u00fccher.example", "labels are letters, digits, hyphens and underscores")]
    public void What_is_no_domain_is_told(string text, string problem)
    {
        Assert.False(DomainPattern.TryParse(text, out _, out var found));
        Assert.Equal(problem, found);
    }

    [Fact]
    public void Only_addresses_that_the_name_was_said_to_have_are_let_through()
    {
        var world = World([Known("www.example.com", "203.0.113.1"), Known("other.org", "203.0.113.2"), Known("www.example.com", "203.0.113.3") with { IsPast = true }]);
        Assert.True(world.Passes("10.244.0.2", "203.0.113.1", "TCP 443"));
        Assert.False(world.Passes("10.244.0.2", "203.0.113.1", "TCP 80"));
        Assert.False(world.Passes("10.244.0.2", "203.0.113.2", "TCP 443"));
        Assert.False(world.Passes("10.244.0.2", "203.0.113.3", "TCP 443"));
        Assert.Empty(world.Problems);
    }

    [Fact]
    public void Where_nobody_learns_addresses_the_rule_fails_closed()
    {
        var world = new PolicyCase(Cluster() with { Domains = [Known("www.example.com", "203.0.113.1")] });
        Assert.False(world.Passes("10.244.0.2", "203.0.113.1", "TCP 443"));
        Assert.Equal("DomainNamesNotServed", Assert.Single(world.Problems).Reason);
    }

    [Fact]
    public void What_holds_no_more_still_holds_for_connections_that_stand()
    {
        var cluster = Cluster() with { LearnsDomains = true, Domains = [Known("www.example.com", "203.0.113.3") with { IsPast = true }] };
        var table = PolicyCompiler.CompileOnce(cluster.Snapshot, PolicyCases.Node).Table;
        var connection = new Connection(IpAddress.Parse("10.244.0.2"), IpAddress.Parse("203.0.113.3"), 6, 443);
        Assert.False(new PolicyJudge(table).Judge(connection).IsAccepted);
        Assert.True(PolicyJudge.OfStanding(table).Judge(connection).IsAccepted);
    }

    [Fact]
    public void A_learned_address_is_an_element_more_and_no_new_verdict()
    {
        var compiler = new PolicyCompiler();
        var program = NftPolicyProgram.Adopt(found: null);
        Plan(Known("www.example.com", "203.0.113.1"));
        Assert.NotEmpty(Plan(Known("www.example.com", "203.0.113.1"), Known("blog.example.com", "203.0.113.2")).Operations);

        // The same identity has its verdicts already.
        var more = Plan(Known("www.example.com", "203.0.113.1"), Known("blog.example.com", "203.0.113.2"), Known("blog.example.com", "203.0.113.3"));
        Assert.Equal(["peers4"], more.Operations.OfType<NftAddElements>().Select(add => add.Set.Name));
        Assert.Single(more.Operations);

        NftBatch Plan(params EquatableArray<DomainAddress> learned)
        {
            var cluster = Cluster() with { LearnsDomains = true, Domains = learned };
            var batch = program.Plan(compiler.Compile(cluster.Snapshot, PolicyCases.Node).Table);
            program.Commit();
            return batch;
        }
    }

    private static PolicyCase World(EquatableArray<DomainAddress> learned) => new(Cluster() with { LearnsDomains = true, Domains = learned });

    private static Oracle.OracleCluster Cluster() => PolicyCases.Cluster(
        PolicyYaml.Cluster("names", "Admin", 1, "subject: {namespaces: {}}, egress: [{name: sites, action: Accept, to: [{domainNames: ['*.example.com', example.org]}], protocols: [{tcp: {destinationPort: {number: 443}}}]}, {action: Deny, to: [{networks: [0.0.0.0/0]}]}]"),
        [PolicyCases.WholePod(Client)],
        []);

    private static DomainAddress Known(string name, string address) => new(DnsName.Parse(name), IpAddress.Parse(address));
}
