using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>Probes and lifecycle hooks: exactly one action, each with a usable port.</summary>
internal static class ProbeRules
{
    public static void Probe(JsonObject probe, Validation v) => ExactlyOne(probe, ["exec", "httpGet", "tcpSocket", "grpc"], v);

    public static void Lifecycle(JsonObject handler, Validation v) => ExactlyOne(handler, ["exec", "httpGet", "tcpSocket", "sleep"], v);

    public static void Exec(JsonObject action, Validation v)
    {
        if (!action.Texts("command").Any())
            v.Required("command");
    }

    public static void Port(JsonObject action, Validation v) => PortOrName(action["port"], "port", v);

    public static void GrpcPort(JsonObject action, Validation v)
    {
        if (Formats.Port(action.Number("port") ?? 0) is { } problem)
            v.Invalid("port", action["port"] ?? 0, problem);
    }

    /// <summary>A port number or the name of one; missing counts as 0.</summary>
    public static void PortOrName(JsonNode? port, string field, Validation v)
    {
        if (port?.GetValueKind() == JsonValueKind.String)
            v.Check(field, port.Text()!, Formats.PortName(port.Text()!));
        else if (Formats.Port(JsonScalars.TryInteger(port, out var number) ? number : 0) is { } problem)
            v.Invalid(field, port ?? 0, problem);
    }

    private static void ExactlyOne(JsonObject owner, string[] actions, Validation v)
    {
        var found = 0;
        foreach (var action in actions)
        {
            if (owner.ContainsKey(action) && found++ > 0)
                v.Forbidden(action, "may not specify more than 1 handler type");
        }
        if (found == 0)
            v.Required("", "must specify a handler type");
    }
}
