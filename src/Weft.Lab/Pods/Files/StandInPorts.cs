using Weft.Kubernetes;
using Weft.Lab.Pods.Specs;

namespace Weft.Lab.Pods.Files;

/// <summary>Where a stand-in listens: every port that its container declares or is probed on.</summary>
internal static class StandInPorts
{
    /// <summary>The ports; those of probes only when no other container of the pod declares them.</summary>
    public static IEnumerable<PortSpec> Of(Pod pod, Container container)
    {
        var declared = container.Ports
            .Where(port => port.Port is > 0 and <= ushort.MaxValue && port.Protocol is null or "TCP" or "UDP")
            .Select(port => new PortSpec(port.Port, port.Protocol == "UDP"));
        var others = pod.Spec.Containers.Where(other => other.Name != container.Name).SelectMany(other => other.Ports).Select(port => port.Port).ToHashSet();
        var probed = new ProbeHandler?[] { container.ReadinessProbe, container.LivenessProbe, container.StartupProbe, container.Lifecycle?.PostStart, container.Lifecycle?.PreStop }
            .Select(probe => probe is null ? null : PortOf(probe, container))
            .Where(port => port is > 0 and <= ushort.MaxValue && !others.Contains(port.Value))
            .Select(port => new PortSpec(port!.Value));
        return declared.Concat(probed).Distinct();
    }

    /// <summary>The port that a probe asks on, names looked up among the container's; null when it asks none.</summary>
    public static int? PortOf(ProbeHandler probe, Container container)
    {
        if (probe.Grpc is { } grpc)
            return grpc.Port;
        if ((probe.HttpGet?.Port ?? probe.TcpSocket?.Port) is not { } port)
            return null;
        return port.Number ?? (int.TryParse(port.Text, out var number) ? number : container.Ports.FirstOrDefault(other => other.Name == port.Text)?.Port);
    }
}
