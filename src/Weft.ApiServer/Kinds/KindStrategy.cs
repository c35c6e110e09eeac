using System.Text.Json.Nodes;

namespace Weft.ApiServer.Kinds;

/// <summary>What a kind does differently when it is written. The base class is right for most kinds.</summary>
/// <remarks>The parts of upstream's registry strategies that clients can see.</remarks>
internal class KindStrategy
{
    public static KindStrategy Default { get; } = new();

    /// <summary>Whether the object itself, not a Status, answers a delete.</summary>
    public virtual bool ReturnsDeletedObject => false;

    /// <summary>Sets what the server owns in a new object. <c>status</c> is already gone where the kind has one.</summary>
    public virtual void PrepareForCreate(JsonObject obj, JsonObject? status)
    {
    }

    /// <summary>Restores what an update may not change. <c>status</c> and metadata are already settled.</summary>
    public virtual void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
    }

    /// <summary>Adds what the admission plugins of kube-apiserver add that are on by default.</summary>
    public virtual void Admit(JsonObject obj, ApiServerOptions options)
    {
    }

    /// <summary>Seconds until the object may go; 0 removes it at once.</summary>
    /// <param name="requested">What the client asked for.</param>
    public virtual long GracePeriodSeconds(JsonObject obj, long? requested) => 0;

    /// <summary>Whether something other than metadata keeps a deleted object alive, as a namespace's content does.</summary>
    public virtual bool HeldBySpec(JsonObject obj) => false;

    /// <summary>Marks an object whose deletion has begun.</summary>
    public virtual void PrepareForDelete(JsonObject obj)
    {
    }
}
