using Weft.KernelTests.Policies.TruthTables;
using Weft.KernelTests.Services.Matrix;
using Weft.Model;
using Weft.Model.Services;
using Weft.Netlink.Namespaces;
using Weft.Tests.Policies.TruthTables;

namespace Weft.KernelTests.Policies.Traffic;

/// <summary>The two nodes of the truth tables, with a server in every pod that says whom it sees.</summary>
public sealed class TrafficWorld : IAsyncLifetime
{
    private readonly List<PodServer> _servers = [];
    private TruthWorld? _world;

    internal TruthWorld Nodes => _world!;

    public async ValueTask InitializeAsync()
    {
        _world = await TruthWorld.CreateAsync();
        _servers.AddRange(TruthPod.All.Select(pod => new PodServer(In(pod.Key), pod.Key, [pod.Address(v6: false), pod.Address(v6: true)])));
    }

    public ValueTask DisposeAsync()
    {
        _servers.ForEach(server => server.Dispose());
        _world?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Both nodes enforce these policies and no others.</summary>
    internal void Enforce(params string[] yaml) => Nodes.Enforce(TruthCluster.With(yaml));

    /// <summary>The inside of a pod.</summary>
    internal NetworkNamespace In(string pod) => Nodes.NamespaceOf(TruthPod.Of(pod));

    /// <summary>A connection is answered by that pod.</summary>
    /// <returns>The client's address as the pod saw it.</returns>
    internal static IpAddress Reaches(NetworkNamespace from, string pod, IpAddress address, L4Protocol protocol = L4Protocol.Tcp, ushort port = PodServer.Port)
    {
        var answer = Caller.Ask(from, address, port, protocol);
        Assert.Equal(pod, answer.Pod);
        return answer.Client!.Value;
    }

    /// <summary>A connection is met with silence.</summary>
    internal static void Denied(NetworkNamespace from, IpAddress address, L4Protocol protocol = L4Protocol.Tcp, ushort port = PodServer.Port) =>
        Assert.Equal(Answer.Silence, Caller.Ask(from, address, port, protocol, expectSilence: true));

    internal static IpAddress Of(string pod, bool v6) => TruthPod.Of(pod).Address(v6);
}
