using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

internal static class ConfigMapKind
{
    public static ResourceKind Kind { get; } = new()
    {
        Group = "", Version = "v1", Kind = "ConfigMap", Plural = "configmaps", Singular = "configmap",
        ShortNames = ["cm"], Namespaced = true,
        Columns =
        [
            TableColumn.ObjectName,
            TableColumn.Integer("Data", obj => obj.Fields("data").Count() + obj.Fields("binaryData").Count()),
            TableColumn.Age,
        ],
    };
}
