namespace Weft.ApiServer.Schemas;

/// <summary>The <c>fieldValidation</c> query parameter: what happens to unknown and duplicate fields.</summary>
/// <remarks>Default <see cref="Warn"/>, as in Kubernetes since 1.25.</remarks>
public enum FieldValidation
{
    Warn,
    Strict,
    Ignore,
}
