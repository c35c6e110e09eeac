using System.Text;
using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>The metadata of templates. That of whole objects is the same for kinds with and without a schema, and checked by the writer.</summary>
internal static class MetadataRules
{
    private const int AnnotationBytes = 256 * 1024;

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
}
