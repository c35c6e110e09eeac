using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>A volume of a pod; exactly one source is set.</summary>
public sealed record Volume
{
    public string Name { get; init => field = value ?? ""; } = "";
    public EmptyDirVolume? EmptyDir { get; init; }
    public HostPathVolume? HostPath { get; init; }
    public ConfigMapVolume? ConfigMap { get; init; }
    public SecretVolume? Secret { get; init; }
    public DownwardApiVolume? DownwardAPI { get; init; }
    public ProjectedVolume? Projected { get; init; }
}

/// <summary>An empty directory that lives as long as the pod.</summary>
public sealed record EmptyDirVolume
{
    public string? Medium { get; init; }
    public string? SizeLimit { get; init; }
}

/// <summary>A file or directory of the node.</summary>
public sealed record HostPathVolume
{
    public string Path { get; init => field = value ?? ""; } = "";
    public string? Type { get; init; }
}

/// <summary>The entries of a ConfigMap as files.</summary>
public sealed record ConfigMapVolume
{
    public string Name { get; init => field = value ?? ""; } = "";
    public EquatableArray<KeyToPath> Items { get; init; }
    public int? DefaultMode { get; init; }
    public bool? Optional { get; init; }
}

/// <summary>The entries of a Secret as files; in a projected volume the Secret is called <c>name</c>.</summary>
public sealed record SecretVolume
{
    public string? SecretName { get; init; }
    public string? Name { get; init; }
    public EquatableArray<KeyToPath> Items { get; init; }
    public int? DefaultMode { get; init; }
    public bool? Optional { get; init; }
}

/// <summary>An entry and the file it becomes.</summary>
public sealed record KeyToPath
{
    public string Key { get; init => field = value ?? ""; } = "";
    public string Path { get; init => field = value ?? ""; } = "";
    public int? Mode { get; init; }
}

/// <summary>Fields of the pod as files.</summary>
public sealed record DownwardApiVolume
{
    public EquatableArray<DownwardApiFile> Items { get; init; }
    public int? DefaultMode { get; init; }
}

/// <summary>One field as a file.</summary>
public sealed record DownwardApiFile
{
    public string Path { get; init => field = value ?? ""; } = "";
    public FieldRef? FieldRef { get; init; }
    public ResourceFieldRef? ResourceFieldRef { get; init; }
    public int? Mode { get; init; }
}

/// <summary>Several sources in one directory.</summary>
public sealed record ProjectedVolume
{
    public EquatableArray<VolumeProjection> Sources { get; init; }
    public int? DefaultMode { get; init; }
}

/// <summary>One source of a projected volume.</summary>
public sealed record VolumeProjection
{
    public ConfigMapVolume? ConfigMap { get; init; }
    public SecretVolume? Secret { get; init; }
    public DownwardApiVolume? DownwardAPI { get; init; }
    public ServiceAccountTokenProjection? ServiceAccountToken { get; init; }
}

/// <summary>A token of the pod's service account as a file.</summary>
public sealed record ServiceAccountTokenProjection
{
    public string Path { get; init => field = value ?? ""; } = "";
    public string? Audience { get; init; }
    public long? ExpirationSeconds { get; init; }
}

/// <summary>Where a volume appears in a container.</summary>
public sealed record VolumeMount
{
    public string Name { get; init => field = value ?? ""; } = "";
    public string MountPath { get; init => field = value ?? ""; } = "";
    public string? SubPath { get; init; }
    public string? SubPathExpr { get; init; }
    public bool ReadOnly { get; init; }
}
