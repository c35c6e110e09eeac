using System.Text.Json.Serialization;

namespace Weft.Kubernetes;

/// <summary>An API object: whatever its kind, it has metadata.</summary>
public interface IKubeObject
{
    /// <summary>Name, namespace, labels and what the API server keeps about the object.</summary>
    ObjectMeta Metadata { get; init; }
}

/// <summary>An API object whose kind is known at compile time.</summary>
public interface IKubeObject<TSelf> : IKubeObject
    where TSelf : IKubeObject<TSelf>
{
    /// <summary>Where this kind lives in the API.</summary>
    static abstract ResourceType Resource { get; }
}

/// <summary>What every typed object shares; <c>apiVersion</c> and <c>kind</c> are written, and on reading taken as given.</summary>
public abstract record KubeObject<TSelf>
    where TSelf : KubeObject<TSelf>, IKubeObject<TSelf>
{
    /// <summary>Group and version of the kind.</summary>
    [JsonPropertyOrder(-3)]
    public string ApiVersion => TSelf.Resource.ApiVersion;

    /// <summary>The kind in CamelCase.</summary>
    [JsonPropertyOrder(-2)]
    public string Kind => TSelf.Resource.Kind;

    /// <inheritdoc cref="IKubeObject.Metadata"/>
    [JsonPropertyOrder(-1)]
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();
}

/// <summary>Short ways to what is asked of objects all the time.</summary>
public static class KubeObjectExtensions
{
    /// <summary>Namespace and name: the key of an object among its kind.</summary>
    public static ObjectKey Key(this IKubeObject obj) => new(obj.Metadata.Namespace ?? "", obj.Metadata.Name);

    /// <summary>Whether deletion has begun and finalizers or a grace period hold the object.</summary>
    public static bool IsTerminating(this IKubeObject obj) => obj.Metadata.DeletionTimestamp is not null;

    /// <summary>The owner that manages this object, if any.</summary>
    public static OwnerReference? Controller(this IKubeObject obj)
    {
        foreach (var owner in obj.Metadata.OwnerReferences)
        {
            if (owner.Controller is true)
                return owner;
        }

        return null;
    }
}
