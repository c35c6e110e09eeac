using System.Text.Json.Serialization;
using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>A container of a pod.</summary>
public sealed record Container
{
    public string Name { get; init => field = value ?? ""; } = "";
    public string? Image { get; init; }
    public EquatableArray<string> Command { get; init; }
    public EquatableArray<string> Args { get; init; }
    public string? WorkingDir { get; init; }
    public EquatableArray<ContainerPort> Ports { get; init; }
    public EquatableArray<EnvVar> Env { get; init; }
    public EquatableArray<EnvFromSource> EnvFrom { get; init; }
    public ResourceRequirements? Resources { get; init; }
    public EquatableArray<VolumeMount> VolumeMounts { get; init; }
    public Probe? LivenessProbe { get; init; }
    public Probe? ReadinessProbe { get; init; }
    public Probe? StartupProbe { get; init; }
    public Lifecycle? Lifecycle { get; init; }

    /// <summary><c>Always</c> makes an init container a sidecar.</summary>
    public string? RestartPolicy { get; init; }
    public string? TerminationMessagePath { get; init; }
    public bool Stdin { get; init; }
    public bool Tty { get; init; }
    public ContainerSecurityContext? SecurityContext { get; init; }
}

/// <summary>Security settings of one container.</summary>
public sealed record ContainerSecurityContext
{
    public long? RunAsUser { get; init; }
    public long? RunAsGroup { get; init; }
    public bool? Privileged { get; init; }
}

/// <summary>A port that a container listens on.</summary>
public sealed record ContainerPort
{
    [JsonPropertyName("containerPort")]
    public int Port { get; init; }
    public string? Name { get; init; }

    /// <summary><c>TCP</c> (default), <c>UDP</c> or <c>SCTP</c>.</summary>
    public string? Protocol { get; init; }
    public int? HostPort { get; init; }
    public string? HostIP { get; init; }
}

/// <summary>A name with a value or a source of one.</summary>
public sealed record EnvVar
{
    public string Name { get; init => field = value ?? ""; } = "";
    public string? Value { get; init; }
    public EnvVarSource? ValueFrom { get; init; }
}

/// <summary>Where the value of an environment variable comes from.</summary>
public sealed record EnvVarSource
{
    public FieldRef? FieldRef { get; init; }
    public KeyRef? ConfigMapKeyRef { get; init; }
    public KeyRef? SecretKeyRef { get; init; }
    public ResourceFieldRef? ResourceFieldRef { get; init; }
}

/// <summary>A field of the pod itself, such as <c>status.podIP</c>.</summary>
public sealed record FieldRef
{
    public string? ApiVersion { get; init; }
    public string FieldPath { get; init => field = value ?? ""; } = "";
}

/// <summary>A key of a ConfigMap or Secret.</summary>
public sealed record KeyRef
{
    public string Name { get; init => field = value ?? ""; } = "";
    public string Key { get; init => field = value ?? ""; } = "";
    public bool? Optional { get; init; }
}

/// <summary>A request or limit of a container, such as <c>limits.cpu</c>.</summary>
public sealed record ResourceFieldRef
{
    public string? ContainerName { get; init; }
    public string Resource { get; init => field = value ?? ""; } = "";
    public string? Divisor { get; init; }
}

/// <summary>Every entry of a ConfigMap or Secret as a variable.</summary>
public sealed record EnvFromSource
{
    public string? Prefix { get; init; }
    public SourceRef? ConfigMapRef { get; init; }
    public SourceRef? SecretRef { get; init; }
}

/// <summary>A ConfigMap or Secret as a whole.</summary>
public sealed record SourceRef
{
    public string Name { get; init => field = value ?? ""; } = "";
    public bool? Optional { get; init; }
}

/// <summary>What a container needs at least and may use at most.</summary>
public sealed record ResourceRequirements
{
    public StringMap Requests { get; init; }
    public StringMap Limits { get; init; }
}

/// <summary>What is done after a container's start and before its end.</summary>
public sealed record Lifecycle
{
    public ProbeHandler? PostStart { get; init; }
    public ProbeHandler? PreStop { get; init; }
}
