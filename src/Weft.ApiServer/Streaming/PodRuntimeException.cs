namespace Weft.ApiServer.Streaming;

/// <summary>The pod runtime cannot do what was asked: no such pod or container, not running, program not found.</summary>
/// <param name="reason">The reason of the Status sent to the client: <c>NotFound</c>, <c>BadRequest</c> or <c>InternalError</c>.</param>
public sealed class PodRuntimeException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Reason { get; } = reason;
}
