using System.Text.Json.Nodes;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Schemas;

namespace Weft.ApiServer.Requests;

/// <summary>Makes <c>Status</c> objects, the answers that are not the object asked for, in the wording that clients match on.</summary>
/// <remarks>Source: apimachinery <c>pkg/api/errors</c>.</remarks>
internal static class Status
{
    public static JsonObject Success(JsonObject? details) => Make("Success", null, null, details, null);

    public static JsonObject Failure(int code, string reason, string message, JsonObject? details = null) =>
        Make("Failure", message, reason, details, code);

    public static StatusException NotFound(ResourceKind kind, string name) =>
        new(404, "NotFound", $"{kind.GroupResource} \"{name}\" not found", Details(kind, kind.Plural, name));

    public static StatusException NoSuchResource() =>
        new(404, "NotFound", "the server could not find the requested resource", []);

    public static StatusException MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    public static StatusException AlreadyExists(ResourceKind kind, string name) =>
        new(409, "AlreadyExists", $"{kind.GroupResource} \"{name}\" already exists", Details(kind, kind.Plural, name));

    public static StatusException Conflict(ResourceKind kind, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {kind.GroupResource} \"{name}\": {why}", Details(kind, kind.Plural, name));

    public static StatusException Modified(ResourceKind kind, string name) =>
        Conflict(kind, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static StatusException BadRequest(string message) => new(400, "BadRequest", message);

    public static StatusException Forbidden(ResourceKind kind, string name, string why, params ReadOnlySpan<JsonNode?> causes)
    {
        var details = Details(kind, kind.Plural, name);
        if (causes.Length > 0)
            details["causes"] = new JsonArray(causes);
        return new(403, "Forbidden", $"{kind.GroupResource} \"{name}\" is forbidden: {why}", details);
    }

    public static StatusException Invalid(ResourceKind kind, string name, IReadOnlyList<FieldError> errors) =>
        Invalid(kind.Group, kind.Kind, name, errors);

    public static StatusException Invalid(string group, string kind, string name, IReadOnlyList<FieldError> errors)
    {
        var details = Details(group, kind, name);
        details["causes"] = new JsonArray([.. errors.Select(e => Cause(e.Reason, e.Message, e.Field))]);
        var text = errors.Count == 1 ? errors[0].ToString() : $"[{string.Join(", ", errors.Distinct())}]";
        return new(422, "Invalid", $"{(group.Length == 0 ? kind : $"{kind}.{group}")} \"{name}\" is invalid: {text}", details);
    }

    public static StatusException InternalError(string why) =>
        new(500, "InternalError", $"Internal error occurred: {why}", new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["message"] = why }) });

    public static StatusException Expired(string message) => new(410, "Expired", message);

    public static StatusException TooLargeRevision(ulong asked, ulong current)
    {
        var details = new JsonObject { ["causes"] = new JsonArray(Cause("ResourceVersionTooLarge", "Too large resource version", null)), ["retryAfterSeconds"] = 1 };
        return new(504, "Timeout", $"Timeout: Too large resource version: {asked}, current: {current}", details);
    }

    public static StatusException UnsupportedMediaType(string accepted) => new(415, "UnsupportedMediaType",
        $"the body of the request was in an unknown format - accepted media types include: {accepted}");

    public static StatusException NotAcceptable() => new(406, "NotAcceptable",
        "only the following media types are accepted: application/json, application/json;stream=watch");

    public static StatusException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static JsonObject Cause(string reason, string message, string? field)
    {
        var cause = new JsonObject { ["reason"] = reason, ["message"] = message };
        if (field is not null)
            cause["field"] = field;
        return cause;
    }

    public static JsonObject Details(ResourceKind kind, string kindName, string name) => Details(kind.Group, kindName, name);

    private static JsonObject Details(string group, string kind, string name)
    {
        var details = new JsonObject();
        if (name.Length > 0)
            details["name"] = name;
        if (group.Length > 0)
            details["group"] = group;
        details["kind"] = kind;
        return details;
    }

    private static JsonObject Make(string status, string? message, string? reason, JsonObject? details, int? code)
    {
        var made = new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = status };
        if (message is not null)
            made["message"] = message;
        if (reason is not null)
            made["reason"] = reason;
        if (details is not null)
            made["details"] = details;
        if (code is not null)
            made["code"] = code;
        return made;
    }
}
