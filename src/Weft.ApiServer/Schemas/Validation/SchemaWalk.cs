using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Model;

namespace Weft.ApiServer.Schemas.Validation;

/// <summary>Walks an object along its schema and reports what single fields say, then each type's own rules.</summary>
internal static class SchemaWalk
{
    public static void Validate(JsonObject obj, SchemaType type, Validation v)
    {
        foreach (var field in type.Demanded)
            Demand(obj, field, v);
        for (var i = 0; i < obj.Count; i++)
        {
            var (name, value) = obj.GetAt(i);
            // Status comes from components, which upstream hardly checks either.
            if (value is null || type.Field(name) is not { } field || (v.Path.Depth == 0 && name is "status" or "metadata"))
                continue;
            v.Path.Push(name);
            Descend(value, field.Shape, v);
            v.Path.Pop();
            CheckField(name, value, field, v);
        }
        type.Rules?.Validate?.Invoke(obj, v);
    }

    private static void Descend(JsonNode value, Shape shape, Validation v)
    {
        if (shape.Kind == ShapeKind.Object && value is JsonObject obj)
        {
            Validate(obj, shape.Type, v);
        }
        else if (shape.Kind == ShapeKind.List && shape.Item!.Kind == ShapeKind.Object && value is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                v.Path.Push(i);
                Descend(list[i]!, shape.Item, v);
                v.Path.Pop();
            }
        }
    }

    private static void Demand(JsonObject obj, SchemaField field, Validation v)
    {
        var value = obj[field.Name];
        if (field.Requirement == Requirement.Enforced)
        {
            if (IsEmpty(value))
                v.Required(field.Name);
        }
        else if (value is null && Formats.Check(field.Check!, 0) is { } problem)
        {
            v.InvalidRaw(field.Name, "0", problem);
        }
    }

    private static void CheckField(string name, JsonNode value, SchemaField field, Validation v)
    {
        if (field is { Values: null, Minimum: null, Check: null } || (field.Requirement == Requirement.Enforced && IsEmpty(value)))
            return;
        if (value.Text() is { } text)
        {
            if (field.Values is { } values && text.Length > 0 && !values.Contains(text))
                v.Unsupported(name, value, values);
            if (field.Check is { } check && text.Length > 0 && Formats.Check(check, text) is { } problem)
                v.Invalid(name, value, problem);
        }
        else if (JsonScalars.TryInteger(value, out var number))
        {
            if (number < field.Minimum)
                v.Invalid(name, value, BoundText(field.Minimum.Value));
            if (field.Check is { } check && Formats.Check(check, number) is { } problem)
                v.Invalid(name, value, problem);
        }
    }

    private static string BoundText(long minimum) =>
        minimum == 0 ? "must be greater than or equal to 0" : $"must be between {minimum} and {int.MaxValue}, inclusive";

    private static bool IsEmpty(JsonNode? value) => value switch
    {
        null => true,
        JsonArray list => list.Count == 0,
        JsonObject => false,
        _ when value.Text() is { } text => text.Length == 0,
        _ => JsonScalars.TryInteger(value, out var number) && number == 0,
    };
}
