namespace Weft.ApiServer.Schemas;

/// <summary>The outcome of <see cref="IObjectSchema.Admit"/>.</summary>
/// <param name="Errors">Validation errors: the request ends with 422 Invalid.</param>
/// <param name="Warnings">Texts for <c>Warning</c> headers.</param>
/// <param name="BadRequest">
/// Set when the object could not be decoded or, in strict mode, has unknown fields: the request ends with 400 BadRequest and this message.
/// </param>
public sealed record AdmissionResult(IReadOnlyList<FieldError> Errors, IReadOnlyList<string> Warnings, string? BadRequest = null)
{
    /// <summary>
    /// The cause within <see cref="BadRequest"/> alone, for example <c>strict decoding error: unknown field "spec.foo"</c>:
    /// what a patch that leads to such an object is answered with.
    /// </summary>
    public string? DecodeError { get; init; }

    /// <summary>Nothing to say.</summary>
    public static AdmissionResult Accepted { get; } = new([], []);
}
