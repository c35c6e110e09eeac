using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>CustomResourceDefinitions: only of kinds that the server has.</summary>
internal static class DefinitionRules
{
    public static void Validate(JsonObject definition, Validation v)
    {
        var group = definition.Text("spec", "group") ?? "";
        var plural = definition.Text("spec", "names", "plural") ?? "";
        if (definition.Text("metadata", "name") != $"{plural}.{group}")
            v.Invalid("metadata.name", definition.Text("metadata", "name"), "must be spec.names.plural+\".\"+spec.group");
        else if (!KindTable.BuiltIn.All.Any(kind => kind.Group == group && kind.Plural == plural))
            v.Forbidden("spec", $"this server has no {plural}.{group} and serves no kinds beyond its own: kubectl api-resources lists those");
    }
}
