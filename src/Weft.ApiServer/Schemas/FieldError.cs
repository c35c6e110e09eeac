namespace Weft.ApiServer.Schemas;

/// <summary>One validation error of one field; becomes a cause in the details of a Status.</summary>
/// <param name="Reason">The machine-readable type: <c>FieldValueInvalid</c>, <c>FieldValueRequired</c>, <c>FieldValueNotSupported</c>, …</param>
/// <param name="Field">The path, for example <c>spec.containers[0].name</c>.</param>
/// <param name="Message">The text after the path, for example <c>Required value</c> or <c>Invalid value: "x": must be …</c>.</param>
/// <remarks>Source: apimachinery <c>field.Error</c> and <c>metav1.CauseType</c>.</remarks>
public sealed record FieldError(string Reason, string Field, string Message)
{
    public static FieldError Required(string field, string? detail = null) =>
        new("FieldValueRequired", field, detail is { Length: > 0 } ? $"Required value: {detail}" : "Required value");

    public static FieldError Invalid(string field, string quotedValue, string detail) =>
        new("FieldValueInvalid", field, $"Invalid value: {quotedValue}: {detail}");

    public static FieldError Forbidden(string field, string detail) =>
        new("FieldValueForbidden", field, $"Forbidden: {detail}");

    /// <summary>The whole line: path, colon, message.</summary>
    public override string ToString() => $"{Field}: {Message}";
}
