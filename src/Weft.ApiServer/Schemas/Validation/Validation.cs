using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;

namespace Weft.ApiServer.Schemas.Validation;

/// <summary>Collects the errors of one object, each at the place where the walk is, with upstream's words.</summary>
internal sealed class Validation
{
    private readonly List<FieldError> _errors = [];

    /// <summary>Where the walk is; rules push what they descend into and pop it again.</summary>
    public FieldPath Path { get; } = new();

    public IReadOnlyList<FieldError> Errors => _errors;

    public void Required(string field, string? detail = null) => _errors.Add(FieldError.Required(Path.With(field), detail));

    public void Invalid(string field, JsonNode? value, string detail) => _errors.Add(FieldError.Invalid(Path.With(field), GoSyntax.Write(value), detail));

    /// <param name="value">The value as it is to be printed.</param>
    public void InvalidRaw(string field, string value, string detail) => _errors.Add(FieldError.Invalid(Path.With(field), value, detail));

    public void Forbidden(string field, string detail) => _errors.Add(FieldError.Forbidden(Path.With(field), detail));

    public void Duplicate(string field, JsonNode? value) =>
        _errors.Add(new FieldError("FieldValueDuplicate", Path.With(field), $"Duplicate value: {GoSyntax.Write(value)}"));

    public void NotFound(string field, string value) =>
        _errors.Add(new FieldError("FieldValueNotFound", Path.With(field), $"Not found: {GoSyntax.Quote(value)}"));

    public void TooLong(string field, int bytes) =>
        _errors.Add(new FieldError("FieldValueTooLong", Path.With(field), $"Too long: may not be more than {bytes} bytes"));

    public void TooMany(string field, int count, int most) =>
        _errors.Add(new FieldError("FieldValueTooMany", Path.With(field), $"Too many: {count}: must have at most {most} items"));

    public void Unsupported(string field, JsonNode? value, IEnumerable<string> supported) =>
        _errors.Add(new FieldError(
            "FieldValueNotSupported",
            Path.With(field),
            $"Unsupported value: {GoSyntax.Write(value)}: supported values: {string.Join(", ", supported.Select(GoSyntax.Quote))}"));

    /// <summary>Reports <paramref name="problem"/> unless it is null.</summary>
    public void Check(string field, string value, string? problem)
    {
        if (problem is not null)
            InvalidRaw(field, GoSyntax.Quote(value), problem);
    }

    /// <summary>Reports what appears twice among the values of a field of a list's objects; empty values do not count.</summary>
    public void UniqueIn(string list, IEnumerable<JsonObject> items, string field)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var item in items)
        {
            var value = item.Text(field);
            if (value.Length > 0 && !seen.Add(value))
                Duplicate($"{list}[{index}].{field}", item[field]);
            index++;
        }
    }

    /// <summary>Runs <paramref name="rule"/> for every object of a list field, with the path inside that object.</summary>
    public void Each(JsonObject owner, string list, Action<JsonObject, Validation> rule)
    {
        var index = 0;
        foreach (var item in owner.Objects(list))
        {
            Path.Push(list);
            Path.Push(index++);
            rule(item, this);
            Path.Pop();
            Path.Pop();
        }
    }

    /// <summary>Runs <paramref name="rule"/> for an object field, when it is there.</summary>
    public void Inside(JsonObject owner, string field, Action<JsonObject, Validation> rule)
    {
        if (owner.Object(field) is not { } inner)
            return;
        Path.Push(field);
        rule(inner, this);
        Path.Pop();
    }
}
