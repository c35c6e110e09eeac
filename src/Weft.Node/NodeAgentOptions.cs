using Weft.Kubernetes.Client;

namespace Weft.Node;

/// <summary>Settings of <see cref="NodeAgent"/>. The cluster's own settings are no options but an object: ConfigMap kube-system/weft-config.</summary>
public sealed record NodeAgentOptions
{
    /// <summary>Where the API server is and who we are to it.</summary>
    public required KubeConfig KubeConfig { get; init; }

    /// <summary>Name of this machine's Node object.</summary>
    public required string NodeName { get; init; }

    /// <summary>Where the CNI configuration goes; the default is where containerd and CRI-O look.</summary>
    public string CniConfDir { get; init; } = "/etc/cni/net.d";

    /// <summary>Where plugins are looked for when a user's configuration names them; the default is the runtimes'.</summary>
    public string CniBinDir { get; init; } = "/opt/cni/bin";

    /// <summary>Longest time that a change made by others stays unnoticed where the kernel does not tell of it; 30 s, as kube-proxy's syncPeriod.</summary>
    public TimeSpan VerifyPeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to collect changes before a turn; a burst of pods or nodes costs one turn.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>First wait after a failed turn; doubled up to <see cref="VerifyPeriod"/>.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Shortest rest between two turns of the proxy; 2 ms. A lone change is programmed at once, a burst in few turns.</summary>
    public TimeSpan ShortestProxyRest { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Longest rest between two turns of the proxy, however long a turn takes; 1 s, as kube-proxy's minSyncPeriod.</summary>
    public TimeSpan LongestProxyRest { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Port on 127.0.0.1 of <c>/healthz</c> and <c>/metrics</c>; 0 for none.</summary>
    public int HealthPort { get; init; }

    /// <summary>Port on every address of <c>/healthz</c> and <c>/livez</c> for load balancers; 10256, as kube-proxy's. 0 for none.</summary>
    public int ProxyHealthPort { get; init; } = 10256;

    /// <summary>Unix socket on which programs of the node ask: the CNI plugin, whether a pod may start; <c>weft policy</c>, what was denied.</summary>
    public string PolicySocket { get; init; } = Weft.Model.Policies.StartingPods.Socket;

    /// <summary>The file that says whom the node asks for names of others, as the kubelet's --resolv-conf; empty: nobody.</summary>
    public string ResolvConf { get; init; } = "/etc/resolv.conf";

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
