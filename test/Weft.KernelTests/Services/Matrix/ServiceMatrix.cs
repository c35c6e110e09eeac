using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.CompilerServices;
using Weft.Model;
using Weft.Model.Services;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Services.Matrix;

/// <summary>What Services promise, with real packets, for one target: every test is a row of the table in docs/services.md.</summary>
/// <param name="fixture">The world, shared by the tests of a class.</param>
public abstract partial class ServiceMatrix(WorldFixture fixture)
{
    private static readonly string[] Near = ["near-1", "near-2"];
    private static readonly string[] Far = ["far-1", "far-2"];
    private static readonly string[] All = ["near-1", "near-2", "far-1"];
    private static readonly L4Protocol[] Both = [L4Protocol.Tcp, L4Protocol.Udp];

    /// <summary>What an endpoint is to see of its client.</summary>
    private enum Seen
    {
        Anything,
        TheClient,
        Another,
    }

    /// <summary>The rows: feature, and what targets do instead.</summary>
    internal static IEnumerable<(FeatureAttribute Feature, ExceptAttribute[] Exceptions)> Rows =>
        from method in typeof(ServiceMatrix).GetMethods()
        let feature = method.GetCustomAttribute<FeatureAttribute>()
        where feature is not null
        select (feature, method.GetCustomAttributes<ExceptAttribute>().ToArray());

    private ServiceWorld World => fixture.World;

    /// <summary>Whether this target is an exception of the feature that calls this.</summary>
    private bool IsExcepted([CallerMemberName] string test = "") => WhatInstead(test) is not null;

    private string? WhatInstead(string test) =>
        typeof(ServiceMatrix).GetMethod(test)!.GetCustomAttributes<ExceptAttribute>().FirstOrDefault(except => fixture.Target.StartsWith(except.Target, StringComparison.Ordinal))?.What;

    private WebService Web(params string[] pods) => new(World, pods);

    private Client Pod(string name, bool v6) => new(name, World.Pod(name).Namespace, World.PodAddress(name, v6));

    private Client Node(int index, bool v6) => new($"node {index + 1}", World.Node(index), World.NodeAddress(index, v6));

    private Client Outside(bool v6) => new("outside", World.Outside, ServiceWorld.OutsideAddress(v6));

    /// <summary>A pod beside some of the endpoints, one of another node, and both nodes.</summary>
    private Client[] Inside(bool v6) => [Pod("near-3", v6), Pod("far-3", v6), Node(0, v6), Node(1, v6)];

    private Client[] Everybody(bool v6) => [.. Inside(v6), Outside(v6)];

    /// <summary>Every one of the pods answers within a bounded number of connections, and nobody else does.</summary>
    private static void Served(Client client, string[] pods, IpAddress address, ushort port, L4Protocol protocol = L4Protocol.Tcp, Seen seen = Seen.Anything)
    {
        // With three endpoints, 60 fair choices miss one of them once in 10^10 times.
        var missing = pods.ToHashSet();
        for (var i = 0; i < 60 && missing.Count > 0; i++)
        {
            var answer = Ask(client, address, port, protocol);
            var isSeen = answer.Client == client.Address;
            Assert.True(
                pods.Contains(answer.Pod) && (seen == Seen.Anything || isSeen == (seen == Seen.TheClient)),
                $"{client.Name} got {answer} from {address} {port}/{protocol}");
            missing.Remove(answer.Pod);
        }

        Assert.True(missing.Count == 0, $"{client.Name} never got {string.Join(", ", missing)} from {address} {port}/{protocol}");
    }

    private static void Refused(Client client, IpAddress address, ushort port, L4Protocol protocol = L4Protocol.Tcp) =>
        Same(Answer.Refusal, Ask(client, address, port, protocol), client, $"{address} {port}/{protocol}");

    private static void Dropped(Client client, IpAddress address, ushort port) =>
        Same(Answer.Silence, Caller.Ask(client.From, address, port, expectSilence: true), client, $"{address} {port}");

    private static Answer Ask(Client client, IpAddress address, ushort port, L4Protocol protocol)
    {
        using var socket = Open(client, protocol);
        return Caller.Ask(socket, address, port);
    }

    /// <summary>A socket of a client. For SCTP it has one address only: NAT does not know of those that associations list within.</summary>
    private static Socket Open(Client client, L4Protocol protocol, ushort port = 0)
    {
        var socket = Caller.Open(client.From, client.Address.IsV6, protocol);
        if (protocol == L4Protocol.Sctp)
            socket.Bind(new IPEndPoint(client.Address.ToIPAddress(), port));
        return socket;
    }

    private static void Same(Answer expected, Answer answer, Client client, string what) =>
        Assert.True(expected == answer, $"{client.Name} got {answer} from {what}, not {expected}");

    private sealed record Client(string Name, NetworkNamespace From, IpAddress Address);
}
