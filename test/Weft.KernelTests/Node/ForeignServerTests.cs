using System.Text.Json.Nodes;
using Weft.KernelTests.Cni;
using Weft.Kubernetes.Client;
using Weft.Tests.Client;
using Weft.Tests.Client.Upstream;
using static Weft.KernelTests.Node.ForeignAgent;

namespace Weft.KernelTests.Node;

/// <summary>The whole agent with a kernel, against a server that behaves as kube-apiserver 1.36: restarts, outages, restored backups, rights.</summary>
public sealed class ForeignServerTests
{
    private static readonly JsonObject Slice = UpstreamSamples.Slice("web", 1, 3), Service = UpstreamSamples.Service("web");

    [Fact]
    public async Task An_agent_asks_for_exactly_what_the_manifest_grants()
    {
        await using var server = await UpstreamServer.StartAsync();
        Describe(server.Store);
        server.Store.Put(UpstreamServer.ConfigMaps, "kube-system", JsonNode.Parse("""{"kind":"ConfigMap","metadata":{"name":"weft-config"},"data":{"load-balancer-ranges":"172.28.0.200-172.28.0.210"}}""")!.AsObject());
        await using var agent = new ForeignAgent();
        agent.Start(server.Config);
        await agent.UntilAsync(() => Asked(server, "patch", "nodes/status"), "the node's condition");

        // A problem that comes, goes and comes again is one Event, counted twice.
        var node = NodeJson(Name, Address, "10.201.1.0/24");
        for (var time = 1; time <= 2; time++)
        {
            var verb = time == 1 ? "create" : "patch";
            var (solved, told) = (Solved(), Told(verb));
            server.Store.Put(UpstreamServer.Nodes, null, NodeJson(Name, "172.28.99.99", "10.201.1.0/24"));
            await agent.UntilAsync(() => Told(verb) > told, $"{verb} of an Event");
            server.Store.Put(UpstreamServer.Nodes, null, node.DeepClone().AsObject());
            await agent.UntilAsync(() => Solved() > solved, "the end of the problem");
        }

        var granted = Granted().ToHashSet();
        await agent.UntilAsync(() => granted.IsSubsetOf(Requested(server)), $"use of all that is granted ({string.Join(", ", granted.Except(Requested(server)))})");
        Assert.Equal(granted.Order(), Requested(server).Order());
        Assert.All(server.Asked.Where(request => request.Plural == "configmaps"), request => Assert.Equal(("kube-system", "weft-config"), (request.Namespace, request.Name)));

        int Solved() => agent.Said.Count(line => line.StartsWith("Solved:", StringComparison.Ordinal));

        int Told(string verb) => server.Asked.Count(request => request.Verb == verb && request.Plural == "events");
    }

    [Fact]
    public async Task Without_its_server_an_agent_changes_nothing_and_with_a_restored_one_it_follows_that()
    {
        var server = await UpstreamServer.StartAsync();
        var port = server.Address.Port;
        Describe(server.Store);
        var backup = server.Store.Backup();
        server.Store.Put(UpstreamServer.Services, "default", Service.DeepClone().AsObject());
        server.Store.Put(UpstreamServer.Slices, "default", Slice.DeepClone().AsObject());
        await using var agent = new ForeignAgent();
        agent.Start(server.Config);
        await agent.UntilAsync(() => Endpoints(agent) == 3 && agent.Routes.Count == 1, "routes and Services");
        var config = server.Config;

        // The server goes: everything stays, and the agent says why nothing happens.
        await server.DisposeAsync();
        await agent.UntilAsync(() => agent.Said.Any(line => line.StartsWith("No news of", StringComparison.Ordinal)), "a word about the outage");
        Assert.Equal((3, 1), (Endpoints(agent), agent.Routes.Count));

        // The agent is started again without a server: it touches nothing.
        await agent.StopAsync();
        var before = (agent.Tables, agent.Routes.Count);
        agent.Start(config);
        await agent.UntilAsync(() => agent.Said.Any(line => line.StartsWith("Waiting for", StringComparison.Ordinal) && line.Contains("did not answer", StringComparison.Ordinal)), "a word about the wait");
        Assert.Equal(before, (agent.Tables, agent.Routes.Count));

        // The server is back from a backup: lower versions, no Service, another peer's range.
        server = await UpstreamServer.StartAsync(new() { Backup = backup }, port);
        server.Store.Put(UpstreamServer.Services, "default", Service.DeepClone().AsObject());
        server.Store.Put(UpstreamServer.Slices, "default", UpstreamSamples.Slice("web", 1, 2));
        await agent.UntilAsync(() => Endpoints(agent) == 2, "the endpoints of the restored cluster");

        // Away and restored again, while the agent runs on.
        var told = Outages(agent);
        await server.DisposeAsync();
        await agent.UntilAsync(() => Outages(agent) > told, "a word about the second outage");
        server = await UpstreamServer.StartAsync(new() { Backup = backup }, port);
        await agent.UntilAsync(() => Endpoints(agent) == 0 && agent.Routes.Count == 1, "the state of the backup");
        await agent.StopAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task An_agent_that_may_not_read_says_so_and_serves_once_it_may()
    {
        await using var server = await UpstreamServer.StartAsync();
        Describe(server.Store);
        server.Store.Put(UpstreamServer.Services, "default", Service.DeepClone().AsObject());
        server.Store.Put(UpstreamServer.Slices, "default", Slice.DeepClone().AsObject());
        server.Fault = async (context, request) =>
        {
            if (request.Resource is not (UpstreamServer.Services or UpstreamServer.ServiceCidrs))
                return false;
            await context.SendStatusAsync(403, "Forbidden", $"{request.Plural} is forbidden: User 'x' cannot list resource");
            return true;
        };
        await using var agent = new ForeignAgent();
        agent.Start(server.Config);
        await agent.UntilAsync(() => agent.Said.Any(line => line.StartsWith("Waiting for services", StringComparison.Ordinal) && line.Contains("node-agent-rbac.yaml", StringComparison.Ordinal)), "a word about the missing right");
        await agent.UntilAsync(() => agent.Routes.Count == 1, "routes, which wait for no Service");
        server.Fault = null;
        await agent.UntilAsync(() => Endpoints(agent) == 3, "Services");
    }

    [Fact]
    public async Task Nodes_that_come_and_go_change_routes_under_way()
    {
        await using var server = await UpstreamServer.StartAsync();
        Describe(server.Store);
        await using var agent = new ForeignAgent();
        agent.Start(server.Config);
        await agent.UntilAsync(() => agent.Routes.Count == 1, "the first peer's route");
        server.Store.Put(UpstreamServer.Nodes, null, NodeJson("foreign-c", "172.28.0.4", "10.201.3.0/24"));
        await agent.UntilAsync(() => agent.Routes.Count == 2, "the second peer's route");
        server.Cut();
        server.Store.Delete(UpstreamServer.Nodes, null, "foreign-b");
        await agent.UntilAsync(() => agent.Routes is [var only] && only.Destination.ToString() == "10.201.3.0/24", "the end of the first peer's route");
    }

    /// <summary>How many backends the tables hold.</summary>
    private static int Endpoints(ForeignAgent agent) => agent.Tables.Tables.SelectMany(table => table.Sets).Where(set => set.Name == "backends").Sum(set => set.Elements.Count);

    private static int Outages(ForeignAgent agent) => agent.Said.Count(line => line.StartsWith("No news of", StringComparison.Ordinal));

    private static HashSet<string> Requested(UpstreamServer server) => [.. server.Asked.Select(request => $"{request.Verb} {request.Group}/{request.Plural}")];

    private static bool Asked(UpstreamServer server, string verb, string resource) => server.Asked.Any(request => request.Verb == verb && request.Plural == resource);

    private static IEnumerable<string> Granted() =>
        from document in Manifests.LoadPath(Path.Combine(Repository.Root, "deploy", "node-agent-rbac.yaml"))
        from rule in document.Object["rules"] as JsonArray ?? []
        from api in rule!["apiGroups"]!.AsArray()
        from resource in rule["resources"]!.AsArray()
        from verb in rule["verbs"]!.AsArray()
        select $"{verb} {api}/{resource}";
}
