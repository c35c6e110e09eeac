namespace Weft.ApiServer.Schemas;

/// <summary>The outcome of <see cref="IObjectSchema.Admit"/>.</summary>
/// <param name="Errors">Validation errors: the request ends with 422 Invalid.</param>
/// <param name="Warnings">Texts for <c>Warning</c> headers.</param>
/// <param name="BadRequest">
/// Set when the object could not be decoded or, in strict mode, has unknown fields: the request ends with 400 BadRequest and this message.
/// </param>
public sealed record AdmissionResult(IReadOnlyList<FieldError> Errors, IReadOnlyList<string> Warnings, string? BadRequest = null)
{
    /// <summary>Nothing to say.</summary>
    public static AdmissionResult Accepted { get; } = new([], []);
}
