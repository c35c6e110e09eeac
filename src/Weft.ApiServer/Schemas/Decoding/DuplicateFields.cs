using System.Text.Json;

namespace Weft.ApiServer.Schemas.Decoding;

/// <summary>Finds fields that a JSON text gives twice; a parsed tree no longer shows them.</summary>
public static class DuplicateFields
{
    /// <summary>Every repeated field once, as <c>duplicate field "spec.replicas"</c>; nothing for text that is not JSON.</summary>
    public static IReadOnlyList<string> Find(ReadOnlySpan<byte> json)
    {
        var found = new List<string>();
        var path = new FieldPath();
        var levels = new Stack<Level>();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        try
        {
            while (reader.Read())
                Step(ref reader, levels, path, found);
        }
        catch (JsonException)
        {
            return [];
        }
        return found;
    }

    private static void Step(ref Utf8JsonReader reader, Stack<Level> levels, FieldPath path, List<string> found)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                var name = reader.GetString()!;
                if (!levels.Peek().Names!.Add(name) && !found.Contains(Describe(path, name)))
                    found.Add(Describe(path, name));
                path.Push(name);
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                Enter(levels, path);
                levels.Push(new Level(reader.TokenType == JsonTokenType.StartObject ? new HashSet<string>(StringComparer.Ordinal) : null));
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                levels.Pop();
                Leave(levels, path);
                break;
            default:
                Enter(levels, path);
                Leave(levels, path);
                break;
        }
    }

    private static void Enter(Stack<Level> levels, FieldPath path)
    {
        if (levels.TryPeek(out var level) && level.Names is null)
            path.Push(level.Next++);
    }

    private static void Leave(Stack<Level> levels, FieldPath path)
    {
        if (levels.Count > 0)
            path.Pop();
    }

    private static string Describe(FieldPath path, string name) => $"duplicate field \"{path.With(name)}\"";

    private sealed class Level(HashSet<string>? names)
    {
        public HashSet<string>? Names { get; } = names;

        public int Next { get; set; }
    }
}
