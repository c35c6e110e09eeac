using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

/// <summary>One column of <c>kubectl get</c>.</summary>
/// <param name="Type">OpenAPI type of the cell: <c>string</c> or <c>integer</c>.</param>
/// <param name="Format"><c>name</c> marks the object's name; otherwise empty.</param>
/// <param name="Priority">0 is always shown, 1 with <c>-o wide</c>.</param>
/// <param name="Cell">The cell of one object at one moment.</param>
internal sealed record TableColumn(string Name, string Type, string Format, int Priority, Func<JsonObject, DateTimeOffset, JsonNode?> Cell)
{
    public static TableColumn ObjectName { get; } = new("Name", "string", "name", 0, (obj, _) => obj.Text("metadata", "name"));

    public static TableColumn Age { get; } = new("Age", "string", "", 0, (obj, now) => HumanDuration.Since(obj.Text("metadata", "creationTimestamp"), now));

    /// <summary>The columns of a kind that defines none.</summary>
    public static IReadOnlyList<TableColumn> NameAndAge { get; } = [ObjectName, Age with { Name = "Created At", Cell = (obj, _) => obj.Text("metadata", "creationTimestamp") }];

    public static TableColumn Text(string name, Func<JsonObject, string?> cell) => new(name, "string", "", 0, (obj, _) => cell(obj));

    public static TableColumn Wide(string name, Func<JsonObject, string?> cell) => new(name, "string", "", 1, (obj, _) => cell(obj));

    public static TableColumn Integer(string name, Func<JsonObject, long?> cell) => new(name, "integer", "", 0, (obj, _) => cell(obj) ?? 0);
}
