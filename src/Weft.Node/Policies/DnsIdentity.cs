using Weft.Compilers.Clusters;
using Weft.Compilers.Dns;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Node.Policies;

/// <summary>What policies take cluster DNS for; the same objects while neither settings nor Service change.</summary>
internal sealed class DnsIdentity
{
    private (ConfigMap? Configuration, Service? Service)? _read;

    /// <summary>Whether nodes are cluster DNS themselves.</summary>
    public bool IsOwn { get; private set; }

    /// <summary>What it is known by; none where somebody else is cluster DNS.</summary>
    public EquatableArray<PolicyPod> StandIns { get; private set; }

    /// <summary>Reads the cluster's settings and the Service of cluster DNS.</summary>
    public void Read(ConfigMap? configuration, Service? service)
    {
        if (_read is { } read && ReferenceEquals(read.Configuration, configuration) && ReferenceEquals(read.Service, service))
            return;
        _read = (configuration, service);
        var settings = ClusterSettingsParser.Parse(configuration?.Data).Settings;
        var now = ClusterDns.StandIns(settings, service);
        (IsOwn, StandIns) = (settings.Dns != ClusterDnsMode.Off, now == StandIns ? StandIns : now);
    }
}
