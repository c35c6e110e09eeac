using System.Text;
using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

/// <summary>Secrets: <c>stringData</c> is written, <c>data</c> is kept.</summary>
internal static class SecretKind
{
    public static ResourceKind Kind { get; } = new()
    {
        Group = "", Version = "v1", Kind = "Secret", Plural = "secrets", Singular = "secret", Namespaced = true,
        SelectableFields = [SelectableField.AtPath("type", absent: "Opaque")],
        Columns =
        [
            TableColumn.ObjectName,
            TableColumn.Text("Type", obj => obj.Text("type") ?? "Opaque"),
            TableColumn.Integer("Data", obj => obj.Fields("data").Count()),
            TableColumn.Age,
        ],
        Strategy = new Strategy(),
    };

    private sealed class Strategy : KindStrategy
    {
        public override void PrepareForCreate(JsonObject obj, JsonObject? status) => Encode(obj);

        public override void PrepareForUpdate(JsonObject obj, JsonObject old) => Encode(obj);

        private static void Encode(JsonObject obj)
        {
            if (obj["stringData"] is not JsonObject texts || texts.Any(t => t.Value.Text() is null))
                return;
            foreach (var (key, text) in texts)
                obj.Ensure("data")[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text.Text()!));
            obj.Remove("stringData");
        }
    }
}
