using Weft.Cni.Plugins;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Tests.Cni;

/// <summary>ptp and bridge with policies in one call, on a host of fakes, with an agent that is a script.</summary>
public sealed class PolicedPluginTests : IDisposable
{
    private const string Asked = """{"namespace":"shop","name":"db-0","uid":"u-1","attachment":"net c1 eth0","addresses":["10.1.0.2"],"isolated":false}""";
    private const string Gone = """{"gone":"net c1 eth0"}""";

    private static readonly IpAddress Address = IpAddress.Parse("10.1.0.2");

    private readonly string _directory = Directory.CreateTempSubdirectory("weft-policed-").FullName;
    private FaultyWorld _world = new();

    public static TheoryData<string> Types => ["weft-bridge", "weft-ptp"];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Nothing_leads_to_a_pod_before_the_agent_has_answered_and_the_answer_lets_it_start(string type)
    {
        var isReached = true;
        await using var agent = Agent(_ =>
        {
            isReached = IsReached(type);
            return "{}";
        });

        Assert.Equal(Address, Call(type, "ADD").Result().Addresses[0].Address);

        Assert.Equal([Asked], agent.Questions);
        Assert.False(isReached);
        Assert.True(IsReached(type));
        Assert.Empty(Isolated());

        Assert.Equal(0, Call(type, "DEL").Run().ExitCode);
        Assert.Equal([Asked, Gone], agent.Questions);
        AssertNothingIsLeft();
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Without_agent_a_pod_waits(string type)
    {
        var (code, message) = Call(type, "ADD").Error();

        Assert.Equal(11, code);
        Assert.Contains("must not start without its policies", message, StringComparison.Ordinal);
        AssertNothingIsLeft();
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task What_the_agent_says_is_wrong_fails_the_call_and_leaves_nothing(string type)
    {
        await using var agent = Agent(question => question == Asked ? """{"error":"it is of another version"}""" : "{}");

        var (code, message) = Call(type, "ADD").Error();

        Assert.Equal(11, code);
        Assert.Contains("it is of another version", message, StringComparison.Ordinal);
        AssertNothingIsLeft();
    }

    [Theory]
    [InlineData("weft-bridge", 2)]
    [InlineData("weft-ptp", 1)]
    public void Or_a_pod_starts_isolated_where_that_is_wanted_until_it_ends(string type, int tables)
    {
        Assert.Equal(0, Call(type, "ADD", "isolate").Run().ExitCode);
        Assert.Equal(Enumerable.Repeat(Address, tables), Isolated());

        Assert.Equal(0, Call(type, "DEL", "isolate").Run().ExitCode);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task An_agent_that_is_late_finds_the_pod_isolated_when_nobody_waits_any_more()
    {
        List<IpAddress> found = [];
        await using (Agent(_ => null, () => found = Isolated()))
        {
            Assert.Equal(0, Call("weft-ptp", "ADD", "isolate").Run().ExitCode);
            Assert.Equal([Address], Isolated());
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (found.Count == 0)
                await Task.Delay(1, limit.Token);
        }

        Assert.Equal([Address], found);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task The_agent_is_told_of_every_add_that_fails_after_it_was_asked(string type)
    {
        await using var agent = Agent(_ => "{}");
        for (var step = 1; ; step++)
        {
            _world = new FaultyWorld { FailAt = step };
            agent.Questions.Clear();
            if (Call(type, "ADD").Run().ExitCode == 0)
            {
                Assert.Equal([Asked], agent.Questions);
                return;
            }

            Assert.True(agent.Questions.IsEmpty || agent.Questions.SequenceEqual([Asked, Gone]), $"step {step}: {string.Join(", ", agent.Questions)}");
            AssertNothingIsLeft();
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void What_is_no_pod_of_a_cluster_gets_its_interface_and_nobody_is_asked(string type)
    {
        Assert.Single((Call(type, "ADD") with { Arguments = "" }).Result().Addresses);
        Assert.True(IsReached(type));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Check_and_status_are_those_of_both(string type)
    {
        Assert.Equal(50, Call(type, "STATUS", version: "1.1.0").Error().Code);
        Assert.Equal(0, Call(type, "STATUS", "isolate", version: "1.1.0").Run().ExitCode);
        await using var agent = Agent(_ => "{}");
        Assert.Equal(0, Call(type, "STATUS", version: "1.1.0").Run().ExitCode);
        Assert.Equal(["{}"], agent.Questions);

        Assert.Equal((7, "withoutAgent must be \"wait\" or \"isolate\", not \"hope\""), Call(type, "CHECK", "hope").Error());
        Assert.Equal((7, "withoutAgent must be \"wait\" or \"isolate\", not \"hope\""), (Call(type, "ADD", "hope") with { Arguments = "" }).Error());
        AssertNothingIsLeft();
    }

    private ScriptedAgent Agent(Func<string, string?> answer, Action? atGivingUp = null) => new(Path.Join(_directory, "agent.sock"), answer, atGivingUp);

    private PluginCall Call(string type, string command, string withoutAgent = "wait", string version = "1.0.0") => new(type, command, $$"""
        { "cniVersion": "{{version}}", "name": "net", "type": "{{type}}", "bridge": "br0", "isDefaultGateway": true, "spoofCheck": true,
          "socket": "{{_directory}}/agent.sock", "withoutAgent": "{{withoutAgent}}", "waitSeconds": {{(withoutAgent == "wait" ? 60 : 1)}},
          "ipam": { "type": "host-local", "dataDir": "{{_directory}}", "subnet": "10.1.0.0/16" } }
        """)
    {
        Plugin = PluginCatalog.Create(type, () => _world),
        Arguments = "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=db-0;K8S_POD_UID=u-1",
        Netns = "/run/netns/a",
    };

    /// <summary>By a route on the host, or by an address that answers on the bridge.</summary>
    private bool IsReached(string type) => type == "weft-ptp"
        ? _world.HostStack.Routes().Any(route => route.Destination == IpPrefix.Host(Address))
        : _world.PodStack.Addresses().Any(each => each.Address == Address);

    private List<IpAddress> Isolated() =>
        [.. _world.Tables.ReadBack(StartingPods.Tables).Ruleset.Tables.SelectMany(table => table.Sets).SelectMany(set => set.Elements).Select(element => IpAddress.Read(element.Key.Bytes))];

    private void AssertNothingIsLeft()
    {
        Assert.Null(_world.PodStack.FindLink("eth0"));
        Assert.Empty(_world.Tables.ReadBack().Ruleset.Tables);
        var leases = Path.Join(_directory, "net");
        if (!Directory.Exists(leases))
            return;
        Assert.Empty(Directory.EnumerateFiles(leases, "10.*"));

        // The next call gets the first address again.
        File.Delete(Path.Join(leases, "last_reserved_ip.0"));
    }
}
