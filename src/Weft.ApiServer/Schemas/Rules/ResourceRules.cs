using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>Requests and limits of a container.</summary>
internal static class ResourceRules
{
    public static void Validate(JsonObject resources, Validation v)
    {
        var limits = resources.Object("limits") ?? [];
        var requests = resources.Object("requests") ?? [];
        Amounts("limits", limits, v);
        Amounts("requests", requests, v);
        foreach (var (name, value) in requests)
        {
            if (limits[name] is not { } limitNode || !Read(value, out var request) || !Read(limitNode, out var limit))
                continue;
            if (request.Exceeds(limit))
                v.Invalid("requests", value, $"must be less than or equal to {name} limit of {limit}");
        }
    }

    private static void Amounts(string list, JsonObject amounts, Validation v)
    {
        foreach (var (name, value) in amounts)
        {
            if (Formats.QualifiedName(name) is { } problem)
                v.Invalid(list, name, problem);
            else if (!name.Contains('/', StringComparison.Ordinal) && !IsStandard(name))
                v.Invalid(list, name, "must be a standard resource for containers");
            if (Read(value, out var quantity) && quantity.Sign < 0)
                v.Invalid($"{list}[{name}]", value, "must be greater than or equal to 0");
        }
    }

    private static bool IsStandard(string name) =>
        name is "cpu" or "memory" or "ephemeral-storage" || name.StartsWith("hugepages-", StringComparison.Ordinal);

    private static bool Read(JsonNode? node, out Quantity quantity)
    {
        quantity = default;
        return node.Text() is { } text && Quantity.TryParse(text, out quantity);
    }
}
