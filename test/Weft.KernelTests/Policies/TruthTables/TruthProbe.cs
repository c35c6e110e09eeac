using System.Net;
using System.Net.Sockets;
using Weft.Model;
using Weft.Tests.Policies.TruthTables;

namespace Weft.KernelTests.Policies.TruthTables;

/// <summary>How a client calls the pod that it connects to.</summary>
/// <param name="Name">For people.</param>
/// <param name="Of">The address to connect to.</param>
internal sealed record TruthAddress(string Name, Func<TruthPod, bool, IpAddress> Of)
{
    public static IReadOnlyList<TruthAddress> All { get; } =
        [new("pod address", static (pod, v6) => pod.Address(v6)), new("cluster IP", static (pod, v6) => pod.ClusterIp(v6))];
}

/// <summary>One connection that is tried.</summary>
/// <param name="From">Who connects.</param>
/// <param name="To">To whom.</param>
/// <param name="Target">On what.</param>
/// <param name="Address">By which address.</param>
/// <param name="V6">Whether by IPv6.</param>
internal sealed record TruthProbe(TruthPod From, TruthPod To, TruthTarget Target, TruthAddress Address, bool V6)
{
    /// <summary>Whether its first packet came to the pod; of TCP and SCTP it is only known whether the connection came about.</summary>
    public bool Arrived { get; set; }

    /// <summary>Whether the client heard back.</summary>
    public bool Answered { get; set; }

    /// <summary>The connection in the making; datagrams share their client's socket.</summary>
    public Socket? Socket { get; set; }

    public IPEndPoint Destination => new(Address.Of(To, V6).ToIPAddress(), Target.Port);
}
