using System.Net;
using Microsoft.Extensions.Logging;
using Weft.ApiServer.Streaming;

namespace Weft.ApiServer;

/// <summary>How one embedded API server is set up.</summary>
public sealed record ApiServerOptions
{
    /// <summary>The SQLite file; null keeps everything in memory.</summary>
    public string? DatabasePath { get; init; }

    /// <summary>Folder of the certificate authority and the admin token (files of mode 0600); made when missing.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>An inherited, listening TCP socket's file descriptor.</summary>
    public ulong? ListenHandle { get; init; }

    /// <summary>Addresses to listen on; port 0 takes a free one (see <see cref="ApiServerHost.Endpoints"/>).</summary>
    public IReadOnlyList<IPEndPoint> Listen { get; init; } = [];

    /// <summary>Further DNS names and addresses for the server's certificate.</summary>
    public IReadOnlyList<string> CertificateNames { get; init; } = [];

    /// <summary>The address and port that the Service <c>default/kubernetes</c> leads to; null leaves its endpoints out.</summary>
    public IPEndPoint? AdvertiseEndpoint { get; init; }

    /// <summary>Ranges of Service addresses, at most one per family. 10.96.0.0/16: kubeadm's default, narrowed to a lab's size.</summary>
    public IReadOnlyList<string> ServiceCidrs { get; init; } = ["10.96.0.0/16"];

    /// <summary>
    /// Whether the cluster has the Service <c>kube-system/kube-dns</c> from its first moment, at the tenth address of each range, as installers of real clusters
    /// make it; no other Service is given those addresses then.
    /// </summary>
    public bool ClusterDns { get; init; }

    /// <summary>Ports that nodes open for Services.</summary>
    public NodePortRange NodePorts { get; init; } = NodePortRange.Default;

    /// <summary>Runs <c>exec</c> and <c>logs</c>; null answers them with an error.</summary>
    public IPodRuntime? PodRuntime { get; init; }

    /// <summary>The DNS suffix of Services, for the certificate.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>Events kept per kind for watches that resume. 1000: between the 100 and the dynamic thousands of kube-apiserver's watch cache.</summary>
    public int WatchHistory { get; init; } = 1000;

    /// <summary>Between two bookmarks of a quiet watch; kube-apiserver sends about one a minute.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long Events are kept; kube-apiserver's <c>--event-ttl</c> defaults to one hour.</summary>
    public TimeSpan EventLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a pod that says nothing of it stays on a node that is not ready or lost: 300 s, kube-apiserver's <c>--default-not-ready-toleration-seconds</c>
    /// and <c>--default-unreachable-toleration-seconds</c>.
    /// </summary>
    public TimeSpan PodEvictionTimeout { get; init; } = TimeSpan.FromSeconds(300);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILoggerFactory? Logging { get; init; }
}
