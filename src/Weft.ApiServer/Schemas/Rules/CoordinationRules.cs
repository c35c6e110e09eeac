using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>Leases.</summary>
internal static class CoordinationRules
{
    public static void Lease(JsonObject lease, Validation v) => v.Inside(lease, "spec", (spec, at) =>
    {
        if (spec.Number("leaseDurationSeconds") is { } duration and <= 0)
            at.Invalid("leaseDurationSeconds", duration, "must be greater than 0");
        if (spec.Number("leaseTransitions") is { } transitions and < 0)
            at.Invalid("leaseTransitions", transitions, "must be greater than or equal to 0");
    });
}
