using System.Text.Json.Nodes;

namespace Weft.ApiServer.Requests;

/// <summary>Ends a request with a Status of failure. Caught once, in <see cref="ApiHandler"/>.</summary>
internal sealed class StatusException(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code { get; } = code;

    public string Reason { get; } = reason;

    public JsonObject ToStatus() => Status.Failure(Code, Reason, Message, details?.DeepClone().AsObject());
}
