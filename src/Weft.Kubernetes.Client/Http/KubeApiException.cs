using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.Kubernetes.Client;

/// <summary>A request that the API server refused, or that did not reach it.</summary>
/// <remarks>The message is the server's own where it sent one. <see cref="Code"/> is 0 when there was no answer.</remarks>
public sealed class KubeApiException : Exception
{
    /// <summary>An error with the server's words.</summary>
    public KubeApiException(int code, string reason, string message, JsonObject? details = null, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Reason = reason;
        Details = details;
    }

    /// <summary>HTTP status, or 0 when the server did not answer.</summary>
    public int Code { get; }

    /// <summary>The reason for machines, such as <c>AlreadyExists</c> (<c>metav1.StatusReason</c>).</summary>
    public string Reason { get; }

    /// <summary>The status object's <c>details</c>: kind, name, causes.</summary>
    public JsonObject? Details { get; }

    /// <summary>Whether the object or kind does not exist.</summary>
    public bool IsNotFound => Code == 404;

    /// <summary>Whether somebody else changed the object first.</summary>
    public bool IsConflict => Code == 409 && Reason != "AlreadyExists";

    /// <summary>Whether an object of that name is there already.</summary>
    public bool IsAlreadyExists => Code == 409 && Reason == "AlreadyExists";

    /// <summary>Whether the resource version is too old to watch from.</summary>
    public bool IsExpired => Code == 410 || Reason is "Expired" or "Gone";

    /// <summary>Whether the server did not answer at all.</summary>
    public bool IsUnreachable => Code == 0;

    /// <summary>Whether the same request may well succeed in a moment.</summary>
    public bool IsTransient => Code is 0 or 429 or 500 or 502 or 503 or 504;

    /// <summary>Whether a watch may go on from the version that it had: what is wrong lies with the connection, the load or our credentials.</summary>
    public bool AllowsToResume => Code is 401 or 403 or 429 or 502 or 503 || Reason is "Unreachable" or "NoToken";

    /// <summary>How long the server asks to wait before another try.</summary>
    public TimeSpan? RetryAfter { get; init; }

    internal static KubeApiException From(HttpResponseMessage response, ReadOnlySpan<byte> body, string operation)
    {
        var retry = RetryIn(response);
        var status = TryParse(body);
        if (status?["kind"] is JsonValue kind && kind.ToString() == "Status")
            return FromStatus(status, (int)response.StatusCode, retry);
        var text = System.Text.Encoding.UTF8.GetString(body[..Math.Min(body.Length, 500)]).Trim();
        var message = $"{operation}: the server answered {(int)response.StatusCode} {response.StatusCode}{(text.Length > 0 ? $": {text}" : "")}";
        return new KubeApiException((int)response.StatusCode, ReasonOf(response.StatusCode), message) { RetryAfter = retry };
    }

    internal static KubeApiException FromStatus(JsonObject status, int code, TimeSpan? retry = null)
    {
        var own = status["code"] is JsonValue value && value.TryGetValue<int>(out var number) && number != 0 ? number : code;
        var reason = status["reason"]?.ToString() ?? ReasonOf((HttpStatusCode)own);
        var message = status["message"]?.ToString() ?? reason;
        return new KubeApiException(own, reason, message, status["details"] as JsonObject) { RetryAfter = retry };
    }

    internal static KubeApiException Unreachable(string operation, Uri server, Exception inner)
    {
        var cause = inner;
        while (cause.InnerException is not null)
            cause = cause.InnerException;
        return new KubeApiException(0, "Unreachable", $"{operation}: the API server at {server} did not answer: {cause.Message}", inner: inner);
    }

    /// <summary>Seconds, or a date (RFC 9110, 10.2.3).</summary>
    private static TimeSpan? RetryIn(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - (response.Headers.Date ?? date),
        _ => null,
    };

    private static JsonObject? TryParse(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string ReasonOf(HttpStatusCode code) => code switch
    {
        HttpStatusCode.Conflict => "Conflict",
        HttpStatusCode.Gone => "Gone",
        _ => code.ToString(),
    };
}
