using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Schemas;
using Weft.ApiServer.Storage;

namespace Weft.ApiServer.Writes;

/// <summary>How to delete: from the body, or from the query when there is no body.</summary>
internal sealed record DeleteOptions
{
    public long? GracePeriodSeconds { get; private init; }

    /// <summary>Null leaves it to the kind: dependents go in the background.</summary>
    public string? Propagation { get; private init; }

    public bool DryRun { get; private init; }

    private string? Uid { get; init; }

    private string? Revision { get; init; }

    public static async Task<DeleteOptions> ReadAsync(HttpRequest request, CancellationToken ct) =>
        From(await RequestBody.ReadOptionalObjectAsync(request, ct) ?? FromQuery(request.Query));

    public static DeleteOptions From(JsonObject body)
    {
        if (body["gracePeriodSeconds"] is { } grace && grace.Number() is null)
            throw Status.BadRequest("json: cannot unmarshal gracePeriodSeconds into Go struct field DeleteOptions.gracePeriodSeconds of type int64");
        var propagation = body.Text("propagationPolicy") is { Length: > 0 } policy ? policy : null;
        var orphan = body.Flag("orphanDependents");
        if (propagation is not null && orphan is not null)
            throw Invalid(FieldError.Invalid("propagationPolicy", $"\"{propagation}\"", "orphanDependents and deletionPropagation cannot be both set"));
        if (propagation is not (null or "Background" or "Foreground" or "Orphan"))
            throw Invalid(new("FieldValueNotSupported", "propagationPolicy", $"Unsupported value: \"{propagation}\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""));
        return new()
        {
            GracePeriodSeconds = body.Number("gracePeriodSeconds"),
            Propagation = propagation ?? orphan switch { true => "Orphan", false => "Background", null => null },
            DryRun = body.Items("dryRun").Any(d => d.Text() == "All"),
            Uid = body.Text("preconditions", "uid"),
            Revision = body.Text("preconditions", "resourceVersion"),
        };
    }

    public void CheckPreconditions(ResourceKind kind, StoredObject current)
    {
        if (Uid is not null && Uid != current.Uid)
            throw Status.Conflict(kind, current.Name, $"Precondition failed: UID in precondition: {Uid}, UID in object meta: {current.Uid}");
        if (Revision is not null && Revision != current.Revision.ToString())
        {
            throw Status.Conflict(kind, current.Name,
                $"Precondition failed: ResourceVersion in precondition: {Revision}, ResourceVersion in object meta: {current.Revision}");
        }
    }

    private static JsonObject FromQuery(IQueryCollection query)
    {
        var body = new JsonObject();
        if (query["gracePeriodSeconds"].ToString() is { Length: > 0 } grace)
            body["gracePeriodSeconds"] = long.TryParse(grace, out var seconds) ? seconds : throw Status.BadRequest($"strconv.ParseInt: parsing \"{grace}\": invalid syntax");
        if (query["propagationPolicy"].ToString() is { Length: > 0 } policy)
            body["propagationPolicy"] = policy;
        if (query["orphanDependents"].ToString() is { Length: > 0 } orphan)
            body["orphanDependents"] = orphan is "true" or "1";
        return body;
    }

    private static StatusException Invalid(FieldError error) => Status.Invalid("meta.k8s.io", "DeleteOptions", "", [error]);
}
