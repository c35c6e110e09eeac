using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

/// <summary>ServiceAccounts: stored, so that manifests which name them apply; nothing signs tokens for them.</summary>
internal static class ServiceAccountKind
{
    public static ResourceKind Kind { get; } = new()
    {
        Group = "", Version = "v1", Kind = "ServiceAccount", Plural = "serviceaccounts", Singular = "serviceaccount",
        ShortNames = ["sa"], Namespaced = true,
        Columns = [TableColumn.ObjectName, TableColumn.Integer("Secrets", obj => obj.Items("secrets").Count()), TableColumn.Age],
        Strategy = new Strategy(),
    };

    private sealed class Strategy : KindStrategy
    {
        public override bool ReturnsDeletedObject => true;
    }
}
