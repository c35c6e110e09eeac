using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

/// <summary>
/// Definitions of kinds. Those of kinds that the server has anyway are kept, shown as established, and change nothing, so that applying what is published
/// succeeds; others are refused, as their objects would not be served.
/// </summary>
internal static class CustomResourceDefinitionKind
{
    public static ResourceKind Kind { get; } = new()
    {
        Group = "apiextensions.k8s.io", Version = "v1", Kind = "CustomResourceDefinition", Plural = "customresourcedefinitions", Singular = "customresourcedefinition",
        ShortNames = ["crd", "crds"], Categories = ["api-extensions"], Namespaced = false, HasStatus = true, TracksGeneration = true,
        Strategy = new Strategy(),
    };

    private sealed class Strategy : KindStrategy
    {
        public override void PrepareForCreate(JsonObject obj, JsonObject? status)
        {
            var now = obj.Text("metadata", "creationTimestamp") ?? "";
            obj["status"] = new JsonObject
            {
                ["acceptedNames"] = obj.At("spec", "names")?.DeepClone(),
                ["conditions"] = new JsonArray(Condition("NamesAccepted", "NoConflicts", now), Condition("Established", "InitialNamesAccepted", now)),
                ["storedVersions"] = new JsonArray([.. obj.Items("spec", "versions").Where(version => version.Flag("storage") is true).Select(version => version.At("name")?.DeepClone())]),
            };
        }

        private static JsonObject Condition(string type, string reason, string now) => new()
        {
            ["lastTransitionTime"] = now,
            ["message"] = "the server has this kind",
            ["reason"] = reason,
            ["status"] = "True",
            ["type"] = type,
        };
    }
}
