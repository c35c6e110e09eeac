using System.Collections.Immutable;
using Weft.Compilers.Clusters;
using Weft.Compilers.Masquerade;
using Weft.Compilers.Pods;
using Weft.Compilers.Routes;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Nodes;

namespace Weft.Compilers;

/// <summary>What a node should be and what is wrong with the objects that say so.</summary>
/// <param name="Desired">The state to bring about.</param>
/// <param name="Problems">Sorted; those that concern other nodes are theirs to report.</param>
public sealed record NodeCompilation(NodeState Desired, EquatableArray<Problem> Problems);

/// <summary>Compiles the cluster's objects into the desired state of one node. Pure: the same input gives the same state anywhere.</summary>
public static class NodeCompiler
{
    /// <summary>Compiles for the node of that name on the machine <paramref name="host"/>.</summary>
    public static NodeCompilation Compile(ClusterSnapshot cluster, string nodeName, HostView host)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        var (settings, settingProblems) = ClusterSettingsCompiler.Compile(cluster.Configuration, cluster.ServiceCidrs);
        var (topology, nodeProblems) = TopologyCompiler.Compile(cluster.Nodes, settings);
        problems.AddRange(settingProblems.AsSpan());
        problems.AddRange(nodeProblems.AsSpan());
        if (topology.Find(nodeName) is not { } self)
        {
            problems.Add(new Problem($"Node {nodeName}", "NodeMissing", "no Node object has this name yet: the kubelet registers it; check --node-name"));
            self = new ClusterNode(nodeName, [], []);
        }

        var routes = RouteCompiler.Compile(topology, self, settings.Overlay, host);
        var (cni, cniProblems) = CniCompiler.Compile(settings, self, routes.PodMtu, host.CniPlugins);
        problems.AddRange(cniProblems.AsSpan());
        if (self.Addresses.Count > 0)
            problems.AddRange(routes.Problems.AsSpan());
        HostChecks.Check(self, settings, host, problems);
        problems.Sort((left, right) => string.CompareOrdinal(left.ToString(), right.ToString()));
        return new NodeCompilation(
            new NodeState
            {
                Sysctls = SysctlCompiler.Compile(settings, self.PodRanges, routes.Overlay, host),
                Overlay = routes.Overlay,
                Forwarding = routes.Forwarding,
                Neighbours = routes.Neighbours,
                Routes = routes.Routes,
                Rules = routes.Rules,
                Nftables = NftGuards.Complete(new NftRuleset { Tables = [MasqueradeCompiler.Compile(MasqueradePlan.For(topology))] }),
                Cni = cni,
            },
            problems.DrainToImmutable());
    }
}
