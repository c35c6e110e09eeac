using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weft.Compilers.Policies.Nftables;
using Weft.KernelTests.Nftables;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Policies;
using Weft.Tests.Policies;

namespace Weft.KernelTests.Policies;

/// <summary>How long policies take to program, and what they cost a first packet. Explicit: the numbers are for people.</summary>
[Collection(NftablesCollection.Name)]
public sealed class NftPolicyMeasurements(ITestOutputHelper output) : IDisposable
{
    private const int PodsPerPolicy = 10, Rounds = 2000;
    private static readonly IpAddress Client = RandomPolicies.Addresses(v6: false)[0], Server = RandomPolicies.Addresses(v6: false)[3];

    private readonly PolicyWorld _world = new();

    [Theory(Explicit = true)]
    [InlineData(1_000)]
    [InlineData(10_000)]
    public void Policies_load_and_one_pod_is_relabelled(int policies)
    {
        var table = Table(policies);
        for (var round = 0; round < 3; round++)
        {
            _world.Filter.Apply(new NftBatch([.. NftPolicyProgram.Tables.Select(id => new NftDeleteTable(id))]));
            var program = NftPolicyProgram.Adopt(null);
            NftBatch batch = null!;
            var plan = Time(() => batch = program.Plan(table));
            var apply = Time(() => _world.Filter.Apply(batch));
            program.Commit();
            var elements = batch.Operations.OfType<NftAddElements>().Sum(add => add.Elements.Count);
            var (other, few) = (Relabelled(table), 100);
            var (planOne, applyOne) = (0.0, 0.0);
            for (var i = 0; i < few; i++)
            {
                planOne += Time(() => batch = program.Plan(i % 2 == 0 ? other : table));
                applyOne += Time(() => _world.Filter.Apply(batch));
                program.Commit();
            }

            var adopt = Time(() => Assert.True(NftPolicyProgram.Adopt(_world.Filter.ReadBack(NftPolicyProgram.Tables)).Plan(table).IsEmpty));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{policies} policies, {table.Pods.Count} pods, {elements} elements: plan {plan:F0} ms, apply {apply:F0} ms; a pod relabelled: plan {planOne / few:F3} ms, apply {applyOne / few:F3} ms; read back and adopt {adopt:F0} ms"));
        }
    }

    [Fact(Explicit = true)]
    public void A_first_packet_pays_the_same_for_ten_policies_and_ten_thousand()
    {
        foreach (var policies in (ReadOnlySpan<int>)[0, 10, 10_000, 10, 10_000, 0])
        {
            var program = NftPolicyProgram.Adopt(_world.Filter.ReadBack(NftPolicyProgram.Tables));
            _world.Filter.Apply(program.Plan(policies == 0 ? PolicyTable.Empty : Table(policies)));
            program.Commit();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{policies} policies: median {FirstPacket():F2} µs"));
        }
    }

    public void Dispose() => _world.Dispose();

    /// <summary>Every policy selects ten pods and accepts one port from ten others. The last one is the server's, and accepts the client.</summary>
    private static PolicyTable Table(int policies)
    {
        var peers = new List<Peer> { new(IpPrefix.Host(Client), new PeerIdentity([TermOf(0)])) };
        var pods = new List<PolicedPod> { Pod(Server, 0) };
        for (var number = 0; number < int.Max(policies, 1000) * PodsPerPolicy && number < 10_000; number++)
        {
            var address = IpAddress.V4(0x0A640000 + (uint)number);
            peers.Add(new Peer(IpPrefix.Host(address), new PeerIdentity([TermOf(number / PodsPerPolicy)])));
            if (policies * PodsPerPolicy > number || policies > 1000)
                pods.Add(Pod(address, policies > 1000 ? number : number / PodsPerPolicy));
        }

        return new PolicyTable
        {
            Pods = pods.OrderBy(pod => pod.Address).ToEquatableArray(),
            Peers = peers.OrderBy(peer => peer.Range).ToEquatableArray(),
        };
    }

    private static readonly Dictionary<int, PolicyClass> Classes = [];

    private static PolicedPod Pod(IpAddress address, int policy)
    {
        if (!Classes.TryGetValue(policy, out var known))
            Classes[policy] = known = Class(policy);
        return new PolicedPod(address, "default", string.Create(CultureInfo.InvariantCulture, $"pod-{address}")) { Ingress = known };
    }

    private static PolicyClass Class(int policy)
    {
        var name = new PolicyRuleName("NetworkPolicy", "default", string.Create(CultureInfo.InvariantCulture, $"policy-{policy}"), PolicyDirection.Ingress, 0);
        return new PolicyClass(PolicyDirection.Ingress)
        {
            Namespaced = [new PolicyRule(name, PolicyAction.Accept) { Peers = [.. Enumerable.Range(0, 10).Select(step => TermOf((policy + step) % 1000)).Order()], Ports = [new PolicyPort(17, 5000, 5000)] }],
            IsolatedBy = [name with { Index = -1 }],
        };
    }

    private static PeerTerm TermOf(int number) => new(string.Create(CultureInfo.InvariantCulture, $"pods app=app-{number} in namespace default"));

    private static PolicyTable Relabelled(PolicyTable table)
    {
        var (peers, pods) = (table.Peers.ToArray(), table.Pods.ToArray());
        peers[^1] = peers[^1] with { Identity = new PeerIdentity([TermOf(3), TermOf(7)]) };
        pods[^1] = pods[^1] with { Ingress = pods[1].Ingress };
        return table with { Peers = peers.ToEquatableArray(), Pods = pods.ToEquatableArray() };
    }

    private double FirstPacket()
    {
        using var server = _world.Right.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        server.Bind(new IPEndPoint(Server.ToIPAddress(), 5000));
        server.ReceiveTimeout = 60_000;
        var (times, buffer) = (new double[Rounds], new byte[16]);
        _world.Left.Run(() =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                client.Bind(new IPEndPoint(Client.ToIPAddress(), 0));
                client.Connect(new IPEndPoint(Server.ToIPAddress(), 5000));
                times[i] = 1000 * Time(() =>
                {
                    client.Send(buffer);
                    server.Receive(buffer);
                });
            }
        });
        Array.Sort(times);
        return times[Rounds / 2];
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
