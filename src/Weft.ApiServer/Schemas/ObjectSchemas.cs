using System.Text.Json.Nodes;

namespace Weft.ApiServer.Schemas;

/// <summary>The schemas of the built-in kinds and the OpenAPI documents made from them.</summary>
public static class ObjectSchemas
{
    /// <summary>The schema of a kind; one that accepts everything where the kind has none.</summary>
    public static IObjectSchema For(string group, string version, string kind) => PermissiveSchema.Instance;

    /// <summary>The OpenAPI v3 document of one group and version.</summary>
    public static JsonObject OpenApiV3(string group, string version) => new() { ["openapi"] = "3.0.0", ["paths"] = new JsonObject() };

    /// <summary>The OpenAPI v2 document of the whole server.</summary>
    public static JsonObject OpenApiV2() => new() { ["swagger"] = "2.0", ["paths"] = new JsonObject() };

    private sealed class PermissiveSchema : IObjectSchema
    {
        public static PermissiveSchema Instance { get; } = new();

        public AdmissionResult Admit(JsonObject obj, JsonObject? old, FieldValidation mode) => AdmissionResult.Accepted;

        public JsonNode StrategicMerge(JsonObject original, JsonObject patch)
        {
            var merged = original.DeepClone().AsObject();
            Merge(merged, patch);
            return merged;
        }

        private static void Merge(JsonObject target, JsonObject patch)
        {
            foreach (var (name, value) in patch)
            {
                if (value is null)
                    target.Remove(name);
                else if (value is JsonObject inner && target[name] is JsonObject old)
                    Merge(old, inner);
                else
                    target[name] = value.DeepClone();
            }
        }
    }
}
