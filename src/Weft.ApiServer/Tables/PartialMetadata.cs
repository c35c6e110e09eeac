using System.Text.Json.Nodes;

namespace Weft.ApiServer.Tables;

/// <summary>Objects reduced to their metadata, for clients such as garbage collectors.</summary>
internal static class PartialMetadata
{
    public static JsonObject Of(JsonObject obj) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = obj["metadata"]?.DeepClone(),
    };
}
