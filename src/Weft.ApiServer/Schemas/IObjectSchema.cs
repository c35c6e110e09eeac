using System.Text.Json.Nodes;

namespace Weft.ApiServer.Schemas;

/// <summary>What the server knows about the shape of one kind: defaults, unknown fields, validation and list merge keys.</summary>
public interface IObjectSchema
{
    /// <summary>
    /// Prunes unknown fields, applies defaults and validates, changing <paramref name="obj"/> in place.
    /// What holds for the metadata of every kind is the caller's to check.
    /// </summary>
    /// <param name="obj">The object as the client sent it, or as a patch left it; <c>metadata</c> is present.</param>
    /// <param name="old">The stored object on an update (for immutable fields), null on a create.</param>
    /// <param name="mode">What happens to unknown fields: an error, a warning, or nothing.</param>
    /// <param name="duplicates">What <see cref="Decoding.DuplicateFields.Find"/> says of the request's text; treated as unknown fields are.</param>
    AdmissionResult Admit(JsonObject obj, JsonObject? old, FieldValidation mode, IReadOnlyList<string>? duplicates = null);

    /// <summary>Applies a strategic merge patch, directives included, to a copy of <paramref name="original"/>.</summary>
    /// <exception cref="FormatException">The patch does not fit the schema; the message is shown to the user.</exception>
    JsonNode StrategicMerge(JsonObject original, JsonObject patch);
}
