using System.Text.RegularExpressions;
using Weft.Compilers.Services.Iptables;
using Weft.Model.Services;
using static Weft.Tests.Targets.TestPorts;

namespace Weft.Tests.Targets.Iptables;

/// <summary>Services become the chains that people know from upstream's proxy.</summary>
public sealed class IptablesCompilerTests
{
    public static TheoryData<string> Cases() => [.. SampleTables.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_table_becomes_its_golden_text(string name)
    {
        var table = SampleTables.All[name];
        var v4 = IptablesDiff.Full(new IptablesCompiler(isV6: false).Compile(table)).Text;
        var v6 = IptablesDiff.Full(new IptablesCompiler(isV6: true).Compile(table)).Text;
        TargetGolden.Folder.Check("iptables", $"{name}.txt", $"# iptables-restore\n{v4}# ip6tables-restore\n{v6}");
    }

    [Theory]
    [InlineData("default", "kubernetes", "https", L4Protocol.Tcp, "KUBE-SVC-NPX46M4PTMTKRN6Y")]
    [InlineData("kube-system", "kube-dns", "dns", L4Protocol.Udp, "KUBE-SVC-TCOU7JCQXEZGVUNU")]
    [InlineData("kube-system", "kube-dns", "dns-tcp", L4Protocol.Tcp, "KUBE-SVC-ERIFXISQEP7F7OF4")]
    public void Chains_have_the_names_that_upstream_gives_them(string ns, string service, string port, L4Protocol protocol, string chain) =>
        Assert.Equal(chain, ChainNames.Cluster(new ServicePortName(ns, service, port, protocol)));

    [Fact]
    public void The_rules_have_the_shape_of_the_seed()
    {
        var seed = """
            -A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "default/kubernetes:https cluster IP" -m tcp --dport 443 -j KUBE-SVC-XXXXXXXXXXXXXXXX
            -A KUBE-SVC-XXXXXXXXXXXXXXXX -m statistic --mode random --probability 0.3333333333 -j KUBE-SEP-XXXXXXXXXXXXXXXX
            -A KUBE-SVC-XXXXXXXXXXXXXXXX -m statistic --mode random --probability 0.5000000000 -j KUBE-SEP-XXXXXXXXXXXXXXXX
            -A KUBE-SVC-XXXXXXXXXXXXXXXX -j KUBE-SEP-XXXXXXXXXXXXXXXX
            -A KUBE-SEP-XXXXXXXXXXXXXXXX -s 10.244.1.2/32 -j KUBE-MARK-MASQ
            -A KUBE-SEP-XXXXXXXXXXXXXXXX -p tcp -m tcp -j DNAT --to-destination 10.244.1.2:9376
            """;
        var text = IptablesDiff.Full(new IptablesCompiler(isV6: false).Compile(Table(Seed))).Text;
        var shape = Regex.Replace(text, "KUBE-(?<kind>SVC|SEP)-[A-Z2-7]{16}", "KUBE-${kind}-XXXXXXXXXXXXXXXX", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(60)).Split('\n');
        var at = -1;
        foreach (var line in seed.Split('\n'))
        {
            var next = Array.IndexOf(shape, line, at + 1);
            Assert.True(next > at, $"{line}\nis not where the seed has it in\n{text}");
            at = next;
        }
    }

    [Fact]
    public void Every_rule_leads_to_a_chain_that_is_there()
    {
        foreach (var table in SampleTables.All.Values)
        {
            foreach (var isV6 in new[] { false, true })
            {
                foreach (var compiled in new IptablesCompiler(isV6).Compile(table).Tables)
                {
                    var names = compiled.Chains.Select(chain => chain.Name).ToList();
                    Assert.Equal(names.Count, names.Distinct().Count());
                    var targets = compiled.Chains.SelectMany(chain => chain.Rules).Concat(compiled.Jumps.Select(jump => jump.Rule))
                        .Select(rule => rule[(rule.LastIndexOf("-j ", StringComparison.Ordinal) + 3)..].Split(' ')[0]);
                    Assert.DoesNotContain(targets, target => target.StartsWith("KUBE-", StringComparison.Ordinal) && !names.Contains(target));
                }
            }
        }
    }

    [Fact]
    public void A_change_of_one_endpoint_writes_its_chain_and_that_of_its_port()
    {
        var compiler = new IptablesCompiler(isV6: false);
        var other = Port("shop/web:http", "10.96.0.10:80", ["10.244.1.2:8080"]);
        var before = compiler.Compile(Table(Seed, other));
        var after = compiler.Compile(Table(Seed, other with { ClusterBackends = [new(Weft.Model.IpAddress.Parse("10.244.1.3"), 8080, IsLocal: false)] }));
        var change = IptablesDiff.Between(before, after);
        Assert.Equal(3, change.Changes);
        Assert.DoesNotContain(ChainNames.Cluster(Seed.Name), change.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("KUBE-SERVICES", change.Text, StringComparison.Ordinal);
        Assert.EndsWith($"-X {ChainNames.Endpoint(other.Name, other.ClusterBackends[0])}\nCOMMIT\n", change.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Service_more_among_many_writes_its_own_rule_and_not_those_of_the_others()
    {
        var compiler = new IptablesCompiler(isV6: false);
        var ports = Enumerable.Range(1, 100).Select(number => Port($"shop/web-{number:D3}", $"10.96.1.{number}:80", [$"10.244.1.{number}:80"])).ToList();
        var before = compiler.Compile(Table([.. ports.Where((_, index) => index != 50)]));
        var after = compiler.Compile(Table([.. ports]));
        var rule = after.Table("nat").Chains.First(chain => chain.Name == "KUBE-SERVICES").Rules[50];
        var change = IptablesDiff.Between(before, after);
        Assert.Equal(4, change.Changes);
        Assert.Contains($"\n-I KUBE-SERVICES 51 {rule}\n", change.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("web-001", change.Text, StringComparison.Ordinal);
        Assert.Contains($"\n-D KUBE-SERVICES {rule}\n", IptablesDiff.Between(after, before).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "0.5000000000", "0.50000000000")]
    [InlineData(3, "0.3333333333", "0.33333333349")]
    [InlineData(7, "0.1428571429", "0.14285714272")]
    [InlineData(5000, "0.0002000000", "0.00020000013")]
    public void A_chance_is_known_again_as_the_kernel_keeps_it(int n, string written, string saved)
    {
        Assert.Equal(written, Probability(n));
        var read = IptablesSaved.Parse($"*nat\n:KUBE-SVC-A - [0:0]\n-A KUBE-SVC-A -m statistic --mode random --probability {saved} -j KUBE-SEP-B\nCOMMIT\n", isV6: false);
        Assert.Equal($"-m statistic --mode random --probability {written} -j KUBE-SEP-B", read.Table("nat").Chains[0].Rules[0]);
    }

    private static string Probability(int n)
    {
        var endpoints = Enumerable.Range(0, n).Select(i => $"10.{i >> 8}.{i & 255}.1:80").ToArray();
        var rules = new IptablesCompiler(isV6: false).Compile(Table(Port("a/b", "10.96.0.1:80", endpoints))).Table("nat").Chains
            .First(chain => chain.Name.StartsWith("KUBE-SVC-", StringComparison.Ordinal)).Rules;
        return rules[0].Split(' ')[5];
    }
}
