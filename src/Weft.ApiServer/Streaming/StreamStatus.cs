using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Weft.ApiServer.Streaming;

/// <summary>The Status objects that end a stream or refuse it.</summary>
internal static class StreamStatus
{
    public static byte[] Success { get; } = """{"metadata":{},"status":"Success"}"""u8.ToArray();

    /// <summary>How a process ended, as kubectl reads it on the error channel.</summary>
    /// <remarks>Source: apimachinery <c>remotecommand</c>: reason NonZeroExitCode, cause ExitCode.</remarks>
    public static byte[] OfExit(int code)
    {
        if (code == 0)
            return Success;
        var status = Failure("NonZeroExitCode", $"command terminated with non-zero exit code: exit status {code}");
        status["details"] = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ExitCode", ["message"] = $"{code}" }) };
        return Bytes(status);
    }

    public static byte[] OfError(string reason, string message)
    {
        var status = Failure(reason, message);
        status["code"] = CodeOf(reason);
        return Bytes(status);
    }

    /// <summary>Answers a request that was not upgraded.</summary>
    public static Task AnswerAsync(HttpContext context, PodRuntimeException error)
    {
        context.Response.StatusCode = CodeOf(error.Reason);
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(OfError(error.Reason, error.Message), context.RequestAborted).AsTask();
    }

    private static int CodeOf(string reason) => reason switch
    {
        "NotFound" => StatusCodes.Status404NotFound,
        "BadRequest" => StatusCodes.Status400BadRequest,
        "Invalid" => StatusCodes.Status422UnprocessableEntity,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static JsonObject Failure(string reason, string message) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["reason"] = reason,
        ["message"] = message,
    };

    private static byte[] Bytes(JsonObject status) => Encoding.UTF8.GetBytes(status.ToJsonString());
}
