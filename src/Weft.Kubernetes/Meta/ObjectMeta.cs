using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>Metadata of an object (<c>metav1.ObjectMeta</c>, the fields Weft uses).</summary>
public sealed record ObjectMeta
{
    public string Name { get; init => field = value ?? ""; } = "";
    public string? GenerateName { get; init; }
    public string? Namespace { get; init; }
    public string? Uid { get; init; }
    public string? ResourceVersion { get; init; }
    public long? Generation { get; init; }
    public DateTimeOffset? CreationTimestamp { get; init; }
    public DateTimeOffset? DeletionTimestamp { get; init; }
    public long? DeletionGracePeriodSeconds { get; init; }
    public StringMap Labels { get; init; }
    public StringMap Annotations { get; init; }
    public EquatableArray<OwnerReference> OwnerReferences { get; init; }
    public EquatableArray<string> Finalizers { get; init; }
}

/// <summary>An owner of an object: when all owners are gone, the object is collected.</summary>
public sealed record OwnerReference
{
    public string ApiVersion { get; init => field = value ?? ""; } = "";
    public string Kind { get; init => field = value ?? ""; } = "";
    public string Name { get; init => field = value ?? ""; } = "";
    public string Uid { get; init => field = value ?? ""; } = "";
    public bool? Controller { get; init; }
    public bool? BlockOwnerDeletion { get; init; }

    /// <summary>The reference that makes <paramref name="owner"/> the managing controller of another object.</summary>
    public static OwnerReference ControllerOf<T>(T owner)
        where T : IKubeObject<T> => new()
        {
            ApiVersion = T.Resource.ApiVersion,
            Kind = T.Resource.Kind,
            Name = owner.Metadata.Name,
            Uid = owner.Metadata.Uid ?? "",
            Controller = true,
            BlockOwnerDeletion = true,
        };
}

/// <summary>A reference to another object, as Events and addresses carry it (<c>v1.ObjectReference</c>).</summary>
public sealed record ObjectReference
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public string? Namespace { get; init; }
    public string? Name { get; init; }
    public string? Uid { get; init; }
    public string? ResourceVersion { get; init; }
    public string? FieldPath { get; init; }

    /// <summary>The reference that names <paramref name="obj"/>.</summary>
    public static ObjectReference To<T>(T obj)
        where T : IKubeObject<T> => new()
        {
            ApiVersion = T.Resource.ApiVersion,
            Kind = T.Resource.Kind,
            Namespace = obj.Metadata.Namespace,
            Name = obj.Metadata.Name,
            Uid = obj.Metadata.Uid,
            ResourceVersion = obj.Metadata.ResourceVersion,
        };
}
