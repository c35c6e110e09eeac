using Weft.Compilers.Policies;
using Weft.Compilers.Policies.Nftables;
using Weft.Model.Nftables;
using Weft.Model.Policies;
using Weft.Tests.Policies.Oracle;

namespace Weft.Tests.Policies.TruthTables;

/// <summary>Every case without a kernel: the oracle, what is compiled, and the rules say what its table says.</summary>
public sealed class TruthTableTests
{
    private static readonly string[] Nodes = ["node1", "node2"];

    public static TheoryData<string> Names => [.. TruthCases.Names];

    [Fact]
    public void There_are_enough_cases_and_no_two_of_a_name()
    {
        Assert.True(TruthCases.All.Count >= 200, $"{TruthCases.All.Count} cases");
        Assert.Equal(TruthCases.All.Count, TruthCases.Names.Distinct().Count());
    }

    [Theory, MemberData(nameof(Names))]
    public void Oracle_tables_and_rules_say_what_is_expected(string name)
    {
        var (_, cluster, expected) = TruthCases.Of(name);
        var oracle = new PolicyOracle(cluster);
        var tables = Nodes.Select(node => PolicyCompiler.CompileOnce(cluster.Snapshot, node).Table).ToList();
        var judges = tables.ConvertAll(table => new PolicyJudge(table));
        var interpreters = tables.ConvertAll(table => new NftInterpreter(NftPolicyProgram.Compile(table), NftHost.Bare));
        foreach (var v6 in (bool[])[false, true])
        {
            Same(expected, (from, to, target) => Says(oracle, Packet(from, to, target, v6)), "the oracle", v6);
            Same(expected, (from, to, target) => judges.TrueForAll(judge => judge.Judge(ConnectionOf(from, to, target, v6)).IsAccepted), "the compiled tables", v6);
        }

        var interpretV6 = TruthCases.Names.Index().First(item => item.Item == name).Index % 2 == 1;
        Same(expected, (from, to, target) => OnTheWay(from, to).All(node => Passes(interpreters[node - 1], ConnectionOf(from, to, target, interpretV6))), "the rules", interpretV6);
    }

    [Fact]
    public void What_is_remembered_from_case_to_case_changes_no_table()
    {
        foreach (var node in Nodes)
        {
            var compiler = new PolicyCompiler();
            foreach (var item in TruthCases.All)
            {
                var remembered = compiler.Compile(item.Cluster.Snapshot, node).Table;
                Assert.True(PolicyCompiler.CompileOnce(item.Cluster.Snapshot, node).Table == remembered, item.Name);
            }
        }
    }

    private static void Same(TruthTable expected, TruthRule seen, string who, bool v6)
    {
        var difference = expected.Difference(new TruthTable(seen), TruthTarget.All);
        Assert.True(difference is null, $"{who}, {(v6 ? "IPv6" : "IPv4")}:\n{difference}");
    }

    private static IEnumerable<int> OnTheWay(TruthPod from, TruthPod to) => new[] { from.Node, to.Node }.Distinct();

    private static bool Passes(NftInterpreter node, Connection connection) => InterpretedPolicies.Run(node, connection, NftHook.Forward).Accepted;

    private static bool Says(PolicyOracle oracle, OraclePacket packet) => oracle.Egress(packet).IsAccepted && oracle.Ingress(packet).IsAccepted;

    private static OraclePacket Packet(TruthPod from, TruthPod to, TruthTarget target, bool v6) =>
        new(from.Address(v6).ToString(), to.Address(v6).ToString(), target.ProtocolName, target.Port);

    private static Connection ConnectionOf(TruthPod from, TruthPod to, TruthTarget target, bool v6) =>
        new(from.Address(v6), to.Address(v6), (byte)target.Protocol, target.Port);
}
