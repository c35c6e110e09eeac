using System.Text;
using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Model;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>Names, labels, annotations, owners and finalizers of every kind.</summary>
/// <remarks>Source: apimachinery <c>api/validation/objectmeta.go</c>.</remarks>
internal static class MetadataRules
{
    private const int AnnotationBytes = 256 * 1024;

    public static void Validate(JsonObject obj, JsonObject? old, SchemaType type, Validation v)
    {
        var meta = obj.Object("metadata") ?? [];
        v.Path.Push("metadata");
        Name(meta, type.Kind!, v);
        LabelsAndAnnotations(meta, v);
        Owners(meta, v);
        if (old?.Object("metadata") is { } oldMeta)
            Update(meta, oldMeta, v);
        v.Path.Pop();
    }

    /// <summary>What also holds for the metadata of a template.</summary>
    public static void LabelsAndAnnotations(JsonObject meta, Validation v)
    {
        foreach (var (key, value) in meta.Object("labels") ?? [])
            SelectorRules.Label(key, value.Text() ?? "", "labels", v);
        var bytes = 0;
        foreach (var (key, value) in meta.Object("annotations") ?? [])
        {
            v.Check("annotations", key, Formats.QualifiedName(key.ToLowerInvariant()));
            bytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value.Text() ?? "");
        }
        if (bytes > AnnotationBytes)
            v.TooLong("annotations", AnnotationBytes);
    }

    private static void Name(JsonObject meta, KindName kind, Validation v)
    {
        var check = CheckOf(kind);
        var prefix = meta.Text("generateName");
        // A prefix may end with a dash, since the server adds to it.
        if (prefix.Length > 0)
            v.Check("generateName", prefix, check(prefix.TrimEnd('-') is { Length: > 0 } start ? start : "-"));
        var name = meta.Text("name");
        if (name.Length > 0)
            v.Check("name", name, check(name));
        else if (prefix.Length == 0)
            v.Required("name", "name or generateName is required");
    }

    private static Func<string, string?> CheckOf(KindName kind) => kind switch
    {
        { Group: "", Kind: "Namespace" } => Formats.Label,
        { Group: "", Kind: "Service" } => Formats.Rfc1035Label,
        _ => Formats.Subdomain,
    };

    private static void Owners(JsonObject meta, Validation v)
    {
        string? controller = null;
        v.Each(meta, "ownerReferences", (owner, at) =>
        {
            foreach (var (field, called) in (ReadOnlySpan<(string, string)>)[("apiVersion", "version"), ("kind", "kind"), ("name", "name"), ("uid", "uid")])
            {
                if (owner.Text(field).Length == 0)
                    at.Invalid(field, "", $"{called} must not be empty");
            }
            if (!owner.Flag("controller"))
                return;
            var name = $"{owner.Text("kind")}/{owner.Text("name")}";
            if (controller is not null)
                at.Invalid("", owner, $"Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {name}");
            controller ??= name;
        });
    }

    private static void Update(JsonObject meta, JsonObject old, Validation v)
    {
        foreach (var field in (string[])["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"])
        {
            // The server fills in what the client leaves out.
            if (meta[field] is { } value && old[field] is { } before && !JsonNode.DeepEquals(value, before))
                v.Invalid(field, value, "field is immutable");
        }
        if (old["deletionTimestamp"] is null)
            return;
        var added = meta.Texts("finalizers").Except(old.Texts("finalizers")).Select(GoSyntax.Quote).ToList();
        if (added.Count > 0)
            v.Forbidden("finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{string.Join(", ", added)}}}");
    }
}
