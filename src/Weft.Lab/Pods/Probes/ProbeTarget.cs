using Weft.Kubernetes;
using Weft.Lab.Pods.Specs;

namespace Weft.Lab.Pods.Probes;

/// <summary>Whom a probe asks.</summary>
/// <param name="Container">The container, whose ports give names their numbers.</param>
/// <param name="Spec">As it was started: the pod's address, the environment of programs.</param>
/// <param name="Pid">Its init, in our pid namespace.</param>
internal sealed record ProbeTarget(Container Container, ContainerSpec Spec, int Pid);

/// <summary>What came of a probe.</summary>
/// <param name="Passed">Whether the answer was the wanted one.</param>
/// <param name="Message">What was wrong, in the kubelet's words; or a notice although it passed.</param>
internal sealed record ProbeOutcome(bool Passed, string? Message = null)
{
    /// <summary>All is well.</summary>
    public static ProbeOutcome Ok { get; } = new(Passed: true);
}
