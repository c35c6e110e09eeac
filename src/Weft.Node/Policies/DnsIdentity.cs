using Weft.Compilers.Clusters;
using Weft.Compilers.Dns;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Node.Policies;

/// <summary>What policies take cluster DNS for; the same objects while neither settings nor Service change.</summary>
internal sealed class DnsIdentity
{
    private (ConfigMap? Configuration, Service? Service)? _read;
    private EquatableArray<PolicyPod> _standIns;

    /// <summary>Reads it.</summary>
    public EquatableArray<PolicyPod> Of(ConfigMap? configuration, Service? service)
    {
        if (_read is { } read && ReferenceEquals(read.Configuration, configuration) && ReferenceEquals(read.Service, service))
            return _standIns;
        _read = (configuration, service);
        var now = ClusterDns.StandIns(ClusterSettingsParser.Parse(configuration?.Data).Settings, service);
        return _standIns = now == _standIns ? _standIns : now;
    }
}
