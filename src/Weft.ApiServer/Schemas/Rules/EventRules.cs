using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>Events lie in the namespace of what they speak of.</summary>
internal static class EventRules
{
    public static void Validate(JsonObject entry, Validation v)
    {
        var target = entry.Object("involvedObject")?.Text("namespace") ?? "";
        var own = entry.Object("metadata")?.Text("namespace") ?? "";
        if (target.Length > 0 && own.Length > 0 && target != own)
            v.Invalid("involvedObject.namespace", target, "does not match event.namespace");
    }
}
