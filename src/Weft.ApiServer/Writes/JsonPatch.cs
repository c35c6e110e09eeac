using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Writes;

/// <summary>Applies JSON patches (RFC 6902).</summary>
internal static class JsonPatch
{
    /// <summary>More operations than this are refused, as kube-apiserver does.</summary>
    private const int MaxOperations = 10_000;

    /// <exception cref="FormatException">Not a patch, or it does not fit the document; the message is shown to the user.</exception>
    public static JsonObject Apply(JsonObject document, JsonArray patch)
    {
        if (patch.Count > MaxOperations)
            throw new FormatException($"The allowed maximum operations in a JSON patch is {MaxOperations}, got {patch.Count}");
        JsonNode? root = document;
        foreach (var operation in patch)
            root = Apply(root, operation as JsonObject ?? throw new FormatException("json patch operation is not an object"));
        return root as JsonObject ?? throw new FormatException("the patch leaves no object");
    }

    private static JsonNode? Apply(JsonNode? root, JsonObject operation)
    {
        var path = operation.Text("path") ?? throw new FormatException("json patch operation is missing its path");
        switch (operation.Text("op"))
        {
            case "add":
                return Add(root, path, Value(operation));
            case "remove":
                return Remove(root, path, out _);
            case "replace":
                root = path.Length == 0 ? root : Remove(root, path, out _);
                return Add(root, path, Value(operation));
            case "move":
                root = Remove(root, From(operation), out var moved);
                return Add(root, path, moved);
            case "copy":
                return Add(root, path, Find(root, From(operation))?.DeepClone());
            case "test":
                if (!JsonNode.DeepEquals(Find(root, path), Value(operation)))
                    throw new FormatException($"testing value {path} failed: test failed");
                return root;
            case var other:
                throw new FormatException($"Unexpected kind: {other ?? "unknown"}");
        }
    }

    private static string From(JsonObject operation) =>
        operation.Text("from") ?? throw new FormatException("json patch operation is missing its from");

    private static JsonNode? Value(JsonObject operation) => operation.TryGetPropertyValue("value", out var value)
        ? value?.DeepClone()
        : throw new FormatException("json patch operation is missing its value");

    private static JsonNode? Add(JsonNode? root, string path, JsonNode? value)
    {
        if (path.Length == 0)
            return value;
        var (parent, token) = Parent(root, path);
        if (parent is JsonObject obj)
            obj[token] = value;
        else if (parent is JsonArray array)
            array.Insert(token == "-" ? array.Count : Index(token, array.Count, path), value);
        else
            throw Missing(path);
        return root;
    }

    private static JsonNode? Remove(JsonNode? root, string path, out JsonNode? removed)
    {
        removed = Find(root, path);
        if (path.Length == 0)
            return null;
        var (parent, token) = Parent(root, path);
        if (parent is JsonObject obj)
            obj.Remove(token);
        else if (parent is JsonArray array)
            array.RemoveAt(Index(token, array.Count - 1, path));
        return root;
    }

    private static JsonNode? Find(JsonNode? root, string path)
    {
        if (path.Length == 0)
            return root;
        var (parent, token) = Parent(root, path);
        return parent switch
        {
            JsonObject obj when obj.TryGetPropertyValue(token, out var value) => value,
            JsonArray array => array[Index(token, array.Count - 1, path)],
            _ => throw Missing(path),
        };
    }

    private static (JsonNode? Parent, string Token) Parent(JsonNode? root, string path)
    {
        if (path[0] != '/')
            throw Missing(path);
        var tokens = path[1..].Split('/').Select(t => t.Replace("~1", "/").Replace("~0", "~")).ToArray();
        var node = root;
        foreach (var token in tokens.AsSpan(0, tokens.Length - 1))
        {
            node = node switch
            {
                JsonObject obj => obj[token],
                JsonArray array => array[Index(token, array.Count - 1, path)],
                _ => null,
            };
        }
        return (node ?? throw Missing(path), tokens[^1]);
    }

    private static int Index(string token, int last, string path) =>
        int.TryParse(token, System.Globalization.NumberStyles.None, null, out var index) && index <= last ? index : throw Missing(path);

    private static FormatException Missing(string path) =>
        new($"jsonpatch operation does not apply: doc is missing path: {path}: missing value");
}
