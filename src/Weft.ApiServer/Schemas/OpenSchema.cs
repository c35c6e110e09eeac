using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Merging;
using Weft.ApiServer.Schemas.Model;

namespace Weft.ApiServer.Schemas;

/// <summary>A kind without a schema: everything is accepted and kept; lists of a patch replace lists.</summary>
internal sealed class OpenSchema : IObjectSchema
{
    private static readonly SchemaType Empty = new("", "", "", []);

    public AdmissionResult Admit(JsonObject obj, JsonObject? old, FieldValidation mode, IReadOnlyList<string>? duplicates = null) =>
        AdmissionResult.Accepted;

    public JsonNode StrategicMerge(JsonObject original, JsonObject patch) => StrategicMergePatch.Apply(original, patch, Empty);
}
