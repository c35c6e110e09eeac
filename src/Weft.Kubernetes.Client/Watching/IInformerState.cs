namespace Weft.Kubernetes.Client;

/// <summary>How an informer stands with its server.</summary>
public interface IInformerState
{
    /// <summary>The kind that is watched.</summary>
    ResourceType Resource { get; }

    /// <summary>Whether the first full list is there.</summary>
    bool HasSynced { get; }

    /// <summary>For how long the server has not been heard; zero while a watch stands.</summary>
    TimeSpan StaleFor { get; }

    /// <summary>The last failure while there is one.</summary>
    KubeApiException? LastError { get; }
}
