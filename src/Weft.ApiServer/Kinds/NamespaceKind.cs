using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Kinds;

/// <summary>Namespaces: deleted in two steps, so that their content goes first.</summary>
internal static class NamespaceKind
{
    /// <summary>Set by the server on every namespace, for selectors.</summary>
    public const string NameLabel = "kubernetes.io/metadata.name";

    /// <summary>Place of the phase among the selectable fields, so that every create can look without parsing.</summary>
    public const int PhaseField = 0;

    public const string Terminating = "Terminating";

    public static ResourceKind Kind { get; } = new()
    {
        Group = "", Version = "v1", Kind = "Namespace", Plural = "namespaces", Singular = "namespace",
        ShortNames = ["ns"], Namespaced = false, HasStatus = true, CheckName = Formats.Label,
        Subresources = [new("finalize", "", "v1", "Namespace", ["update"])],
        SelectableFields = [SelectableField.AtPath("status.phase")],
        Columns = [TableColumn.ObjectName, TableColumn.Text("Status", obj => obj.Text("status", "phase")), TableColumn.Age],
        Strategy = new Strategy(),
    };

    private sealed class Strategy : KindStrategy
    {
        public override bool ReturnsDeletedObject => true;

        public override void PrepareForCreate(JsonObject obj, JsonObject? status)
        {
            obj.Ensure("spec")["finalizers"] = new JsonArray("kubernetes");
            obj["status"] = new JsonObject { ["phase"] = "Active" };
            Label(obj);
        }

        public override void PrepareForUpdate(JsonObject obj, JsonObject old)
        {
            obj.Take(old, "spec");
            Label(obj);
        }

        public override bool HeldBySpec(JsonObject obj) => obj.Items("spec", "finalizers").Any();

        public override void PrepareForDelete(JsonObject obj) => obj.Ensure("status")["phase"] = Terminating;

        private static void Label(JsonObject obj)
        {
            var metadata = obj.Ensure("metadata");
            metadata.Ensure("labels")[NameLabel] = metadata.Text("name");
        }
    }
}
