using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Merging;
using Weft.ApiServer.Schemas.Model;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas;

/// <summary>A kind with a schema: decode and default, then validate.</summary>
internal sealed class KindSchema(SchemaType type) : IObjectSchema
{
    public AdmissionResult Admit(JsonObject obj, JsonObject? old, FieldValidation mode, IReadOnlyList<string>? duplicates = null)
    {
        var decoder = new Decoder();
        decoder.Decode(obj, type);
        if (decoder.TypeError is { } typeError)
            return Undecodable(typeError);
        IReadOnlyList<string> complaints = mode == FieldValidation.Ignore ? [] : [.. decoder.Unknown, .. duplicates ?? []];
        if (mode == FieldValidation.Strict && complaints.Count > 0)
            return Undecodable($"strict decoding error: {string.Join(", ", complaints)}");
        var validation = new Validation.Validation();
        SchemaWalk.Validate(obj, type, validation);
        if (old is not null)
            type.Rules?.Update?.Invoke(obj, old, validation);
        return new AdmissionResult(validation.Errors, complaints);
    }

    public JsonNode StrategicMerge(JsonObject original, JsonObject patch) => StrategicMergePatch.Apply(original, patch, type);

    private AdmissionResult Undecodable(string why)
    {
        var (_, version, kind) = type.Kind!;
        return new AdmissionResult([], [], $"{kind} in version \"{version}\" cannot be handled as a {kind}: {why}") { DecodeError = why };
    }
}
