using System.Text;
using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Schemas;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Writes;

/// <summary>Names, labels, annotations, owners and finalizers: what holds for kinds with and without a schema.</summary>
/// <remarks>Source: apimachinery <c>pkg/api/validation/objectmeta.go</c>.</remarks>
internal static class MetadataValidation
{
    private const int MaxAnnotationBytes = 256 * 1024;

    /// <param name="old">The stored object's metadata on an update: its name is not judged again.</param>
    public static IEnumerable<FieldError> Errors(ResourceKind kind, JsonObject metadata, JsonObject? old) =>
        (old is null ? NameErrors(kind, metadata) : FinalizerErrors(metadata, old))
            .Concat(LabelErrors(metadata))
            .Concat(AnnotationErrors(metadata))
            .Concat(OwnerErrors(metadata));

    private static IEnumerable<FieldError> NameErrors(ResourceKind kind, JsonObject metadata)
    {
        var name = metadata.Text("name") ?? "";
        if (name.Length == 0)
            yield return FieldError.Required("metadata.name", "name or generateName is required");
        else if (kind.CheckName(name) is { } problem)
            yield return Invalid("metadata.name", name, problem);
    }

    private static IEnumerable<FieldError> LabelErrors(JsonObject metadata)
    {
        foreach (var (key, value) in metadata.Fields("labels"))
        {
            if (Formats.QualifiedName(key) is { } keyProblem)
                yield return Invalid("metadata.labels", key, keyProblem);
            if (Formats.LabelValue(value.Text() ?? "") is { } valueProblem)
                yield return Invalid("metadata.labels", value.Text() ?? "", valueProblem);
        }
    }

    private static IEnumerable<FieldError> AnnotationErrors(JsonObject metadata)
    {
        var size = 0L;
        foreach (var (key, value) in metadata.Fields("annotations"))
        {
            if (Formats.QualifiedName(key.ToLowerInvariant()) is { } problem)
                yield return Invalid("metadata.annotations", key, problem);
            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value.Text() ?? "");
        }
        if (size > MaxAnnotationBytes)
            yield return new("FieldValueTooLong", "metadata.annotations", $"Too long: may not be more than {MaxAnnotationBytes} bytes");
    }

    private static IEnumerable<FieldError> OwnerErrors(JsonObject metadata)
    {
        var controllers = 0;
        foreach (var (index, owner) in metadata.Items("ownerReferences").Index())
        {
            foreach (var (field, called) in ((string, string)[])[("apiVersion", "version"), ("kind", "kind"), ("name", "name"), ("uid", "uid")])
            {
                if (owner.Text(field) is not { Length: > 0 })
                    yield return Invalid($"metadata.ownerReferences[{index}].{field}", "", $"{called} must not be empty");
            }
            if (owner.Flag("controller") is true && ++controllers == 2)
                yield return FieldError.Invalid("metadata.ownerReferences", owner.ToJsonString(), "Only one reference can have Controller set to true");
        }
    }

    private static IEnumerable<FieldError> FinalizerErrors(JsonObject metadata, JsonObject old)
    {
        if (old["deletionTimestamp"] is null)
            yield break;
        var added = metadata.Items("finalizers").Select(f => f.Text()).Except(old.Items("finalizers").Select(f => f.Text())).Select(f => $"\"{f}\"").ToList();
        if (added.Count > 0)
        {
            yield return FieldError.Forbidden("metadata.finalizers",
                $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{string.Join(", ", added)}}}");
        }
    }

    private static FieldError Invalid(string field, string value, string problem) =>
        FieldError.Invalid(field, JsonValue.Create(value).ToJsonString(), problem);
}
