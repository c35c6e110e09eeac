using System.Net.Sockets;
using Weft.Cni.Policy;
using Weft.Model.Policies;

namespace Weft.Tests.Cni;

/// <summary>The last plugin of a chain on a host of fakes, with an agent that is a script.</summary>
public sealed class PolicyPluginTests : IDisposable
{
    private const string PodArguments = "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=db-0;K8S_POD_UID=u-1";

    private readonly string _directory = Directory.CreateTempSubdirectory("weft-policy-").FullName;
    private readonly FaultyWorld _world = new();

    private string SocketPath => Path.Join(_directory, "agent.sock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_pod_is_isolated_before_the_agent_is_asked_and_the_answer_ends_the_call()
    {
        var agent = AnswerAsync("{}");

        var result = Call("ADD").Result();

        var (question, isolated) = await agent;
        Assert.Equal("""{"namespace":"shop","name":"db-0","uid":"u-1","attachment":"net c1 eth0","addresses":["10.1.2.3","fd00::3"]}""", question);
        Assert.Equal(["10.1.2.3", "fd00::3"], isolated);
        Assert.Equal(2, result.Addresses.Count);
    }

    [Fact]
    public async Task What_the_agent_says_is_wrong_fails_the_call_and_leaves_nothing()
    {
        var agent = AnswerAsync("""{"error":"the kernel refused"}""");

        var (code, message) = Call("ADD").Error();

        await agent;
        Assert.Equal(11, code);
        Assert.Contains("the kernel refused", message, StringComparison.Ordinal);
        Assert.Empty(Isolated());
    }

    [Fact]
    public void Without_agent_a_pod_waits()
    {
        var (code, message) = Call("ADD").Error();

        Assert.Equal(11, code);
        Assert.Contains("must not start without its policies", message, StringComparison.Ordinal);
        Assert.Empty(Isolated());
    }

    [Fact]
    public void Or_starts_isolated_where_that_is_wanted_until_it_ends()
    {
        Assert.Equal(0, Call("ADD", "isolate").Run().ExitCode);
        Assert.Equal(["10.1.2.3", "fd00::3"], Isolated());

        Assert.Equal(0, (Call("DEL", "isolate") with { ContainerId = "another" }).Run().ExitCode);
        Assert.Equal(2, Isolated().Count);

        Assert.Equal(0, Call("DEL", "isolate").Run().ExitCode);
        Assert.Empty(_world.Tables.ReadBack().Ruleset.Tables);
    }

    [Fact]
    public async Task The_agent_is_told_when_a_pod_loses_its_network()
    {
        var agent = AnswerAsync("{}");

        Assert.Equal(0, Call("DEL").Run().ExitCode);

        Assert.Equal("""{"gone":"net c1 eth0"}""", (await agent).Question);
    }

    [Fact]
    public void What_is_no_pod_of_a_cluster_passes_unchanged()
    {
        var call = Call("ADD") with { Arguments = "" };

        Assert.Equal(2, call.Result().Addresses.Count);
        Assert.Empty(Isolated());
    }

    [Fact]
    public void It_has_to_be_called_behind_another_plugin()
    {
        var call = new PluginCall(PolicyPlugin.Type, "ADD", """{ "cniVersion": "1.0.0", "name": "net", "type": "weft-policy" }""") { Plugin = new PolicyPlugin(() => _world) };

        Assert.Equal((7, "weft-policy must be called as a chained plugin, behind the one that gives the pod its addresses"), call.Error());
    }

    private PluginCall Call(string command, string withoutAgent = "wait") => new(PolicyPlugin.Type, command, $$"""
        { "cniVersion": "1.0.0", "name": "net", "type": "weft-policy", "socket": "{{SocketPath}}", "withoutAgent": "{{withoutAgent}}",
          "prevResult": { "cniVersion": "1.0.0", "interfaces": [ { "name": "veth1" }, { "name": "eth0", "sandbox": "/run/netns/none" } ],
            "ips": [ { "address": "10.1.2.3/24", "interface": 1 }, { "address": "fd00::3/64", "interface": 1 } ] } }
        """)
    {
        Plugin = new PolicyPlugin(() => _world),
        Arguments = PodArguments,
    };

    private List<string> Isolated() =>
        [.. _world.Tables.ReadBack(StartingPods.Tables).Ruleset.Tables.SelectMany(table => table.Sets).SelectMany(set => set.Elements)
            .Select(element => Weft.Model.IpAddress.Read(element.Key.Bytes).ToString())];

    /// <summary>Answers one question; returns it and what was isolated when it came.</summary>
    private Task<(string Question, List<string> Isolated)> AnswerAsync(string answer)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        listener.Listen();
        return Task.Run(async () =>
        {
            using (listener)
            using (var stream = new NetworkStream(await listener.AcceptAsync(), ownsSocket: true))
            {
                var question = await new StreamReader(stream).ReadLineAsync();
                var isolated = Isolated();
                await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"{answer}\n"));
                return (question!, isolated);
            }
        });
    }
}
