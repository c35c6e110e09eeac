using Weft.Kubernetes;
using Weft.Lab.Pods.Containers;
using Weft.Lab.Pods.Sandboxes;
using Weft.Model;

namespace Weft.Lab.Pods.Reporting;

/// <summary>What is known of a pod on its node, at one moment.</summary>
internal sealed record PodFacts
{
    public required IReadOnlyList<string> NodeIps { get; init; }
    public required DateTimeOffset StartTime { get; init; }
    public Sandbox? Sandbox { get; init; }
    public required IReadOnlyList<(Container Container, ContainerKind Kind, ContainerView View)> Containers { get; init; }

    /// <summary>Set when the pod was ended by order: reason and message of a failed pod.</summary>
    public (string Reason, string Message)? Failure { get; init; }
}

/// <summary>The status of a pod as a pure function of what is known: phase and conditions by the kubelet's rules.</summary>
internal static class PodStatusBuilder
{
    /// <summary>Whether a condition is the kubelet's to set.</summary>
    public static bool IsOwn(string type) => type is "PodReadyToStartContainers" or "Initialized" or "Ready" or "ContainersReady";

    /// <summary>The status that follows <paramref name="former"/>.</summary>
    public static PodStatus Build(Pod pod, PodStatus former, PodFacts facts, DateTimeOffset now)
    {
        var phase = PhaseOf(pod, facts);
        var addresses = facts.Sandbox?.Addresses.Select(address => address.ToString()).ToList() ?? [];
        var inits = facts.Containers.Where(container => container.Kind != ContainerKind.Main).ToList();
        var mains = facts.Containers.Where(container => container.Kind == ContainerKind.Main).ToList();
        return former with
        {
            Phase = phase,
            Reason = facts.Failure?.Reason,
            Message = facts.Failure?.Message,
            HostIP = facts.NodeIps[0],
            HostIPs = facts.NodeIps.Select(address => new HostIp(address)).ToEquatableArray(),
            PodIP = addresses.FirstOrDefault() ?? former.PodIP,
            PodIPs = addresses.Count > 0 ? addresses.Select(address => new PodIp(address)).ToEquatableArray() : former.PodIPs,
            StartTime = facts.StartTime,
            QosClass = former.QosClass ?? QosOf(pod),
            Conditions = ConditionsOf(pod, phase, facts, inits, mains, former.Conditions, now),
            InitContainerStatuses = inits.Select(entry => entry.View.ToStatus(entry.Container)).ToEquatableArray(),
            ContainerStatuses = mains.Select(entry => entry.View.ToStatus(entry.Container)).ToEquatableArray(),
        };
    }

    /// <summary>The phase: what the containers say together (kubernetes.io/docs, "Pod Lifecycle").</summary>
    public static string PhaseOf(Pod pod, PodFacts facts)
    {
        if (facts.Failure is not null)
            return "Failed";
        var policy = pod.Spec.RestartPolicy;
        foreach (var (_, kind, view) in facts.Containers)
        {
            if (kind == ContainerKind.Init && view.Ended is not { ExitCode: 0 })
                return view.Ended is not null && policy == "Never" ? "Failed" : "Pending";
        }

        var mains = facts.Containers.Where(entry => entry.Kind == ContainerKind.Main).Select(entry => entry.View).ToList();
        if (mains.TrueForAll(view => view.Id is null && view.Ended is null))
            return "Pending";
        if (mains.Exists(view => view.Ended is null) || policy is null or "Always")
            return "Running";
        if (mains.TrueForAll(view => view.Ended!.ExitCode == 0))
            return "Succeeded";
        return policy == "Never" ? "Failed" : "Running";
    }

    private static EquatableArray<Condition> ConditionsOf(
        Pod pod, string phase, PodFacts facts,
        List<(Container Container, ContainerKind Kind, ContainerView View)> inits,
        List<(Container Container, ContainerKind Kind, ContainerView View)> mains,
        EquatableArray<Condition> former, DateTimeOffset now)
    {
        var isOver = phase is "Succeeded" or "Failed";
        var incomplete = inits.Where(entry => entry.Kind == ContainerKind.Sidecar ? !entry.View.Started : entry.View.Ended is not { ExitCode: 0 }).Select(entry => entry.Container.Name).ToList();
        var unready = mains.Concat(inits.Where(entry => entry.Kind == ContainerKind.Sidecar)).Where(entry => !entry.View.Ready).Select(entry => entry.Container.Name).ToList();
        var hasStarted = mains.Exists(entry => entry.View.Id is not null);
        var initialized = incomplete.Count == 0 || hasStarted
            ? True("Initialized")
            : False("Initialized", "ContainersNotInitialized", $"containers with incomplete status: [{string.Join(' ', incomplete)}]");
        var containersReady = phase == "Succeeded" ? False("ContainersReady", "PodCompleted", null)
            : phase == "Failed" ? False("ContainersReady", "PodFailed", null)
            : unready.Count > 0 ? False("ContainersReady", "ContainersNotReady", $"containers with unready status: [{string.Join(' ', unready)}]")
            : True("ContainersReady");
        var missingGates = pod.Spec.ReadinessGates.Where(gate => !former.IsTrue(gate.ConditionType)).Select(gate => gate.ConditionType).ToList();
        var ready = containersReady.Status == "True" && missingGates.Count > 0
            ? False("Ready", "ReadinessGatesNotReady", $"the status of pod readiness gate \"{missingGates[0]}\" is not \"True\", but False")
            : containersReady with { Type = "Ready" };
        return former
            .With(facts.Sandbox is not null && !isOver ? True("PodReadyToStartContainers") : False("PodReadyToStartContainers", null, null), now)
            .With(initialized, now)
            .With(ready, now)
            .With(containersReady, now)
            .With(former.Find("PodScheduled") ?? True("PodScheduled"), now);
    }

    private static Condition True(string type) => new() { Type = type, Status = "True" };

    private static Condition False(string type, string? reason, string? message) => new() { Type = type, Status = "False", Reason = reason, Message = message };

    private static string QosOf(Pod pod)
    {
        var resources = pod.Spec.Containers.Concat(pod.Spec.InitContainers).Select(container => container.Resources ?? new ResourceRequirements()).ToList();
        if (resources.TrueForAll(own => own.Requests.Count == 0 && own.Limits.Count == 0))
            return "BestEffort";
        var guaranteed = resources.TrueForAll(own => own.Limits.ContainsKey("cpu") && own.Limits.ContainsKey("memory")
            && (own.Requests.Count == 0 || own.Limits.ContainsAll(own.Requests)));
        return guaranteed ? "Guaranteed" : "Burstable";
    }
}
