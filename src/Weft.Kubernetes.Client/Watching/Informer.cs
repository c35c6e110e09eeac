namespace Weft.Kubernetes.Client;

/// <summary>Keeps a copy of all objects of a typed kind.</summary>
public sealed class Informer<T> : ObjectInformer<T>
    where T : class, IKubeObject<T>
{
    /// <summary>An informer that does nothing until it runs.</summary>
    public Informer(KubeClient client, InformerOptions? options = null)
        : base(client, T.Resource, KubeJson.Parse<T>, options)
    {
    }
}

/// <summary>Keeps a copy of the metadata of all objects of any kind.</summary>
public sealed class MetadataInformer : ObjectInformer<PartialObject>
{
    /// <summary>An informer that does nothing until it runs.</summary>
    public MetadataInformer(KubeClient client, ResourceType resource, InformerOptions? options = null)
        : base(client, resource, KubeJson.Parse<PartialObject>, options)
    {
    }
}
