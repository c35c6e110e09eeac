using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;

namespace Weft.Kubernetes.Client;

/// <summary>An object as it stands in a manifest, and where.</summary>
/// <param name="Object">The object; it has <c>apiVersion</c>, <c>kind</c> and <c>metadata.name</c> or <c>generateName</c>.</param>
/// <param name="Source">The file, or whatever name the text came with.</param>
/// <param name="Document">Number of the document in its source, from 0.</param>
/// <param name="Line">The line on which the document begins, from 1.</param>
public sealed record Manifest(JsonObject Object, string Source, int Document, int Line)
{
    /// <summary>The object's <c>apiVersion</c>.</summary>
    public string ApiVersion => (string)Object["apiVersion"]!;

    /// <summary>The object's <c>kind</c>.</summary>
    public string Kind => (string)Object["kind"]!;

    /// <summary>The object's name, or its <c>generateName</c>.</summary>
    public string Name => (string?)Object["metadata"]!["name"] ?? (string)Object["metadata"]!["generateName"]!;

    /// <summary>The namespace the manifest states, if any.</summary>
    public string? Namespace => (string?)Object["metadata"]!["namespace"];

    /// <summary>Kind, name and place, for messages.</summary>
    public override string ToString() => $"{Kind} {Name} ({Source}:{Line})";
}

/// <summary>A manifest that cannot be read; the message begins with the file and line.</summary>
public sealed class ManifestException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Reads manifests: YAML or JSON, many documents in a text, <c>kind: List</c> taken apart.</summary>
public static class Manifests
{
    /// <summary>The kind of documents that are Weft's own and no objects of the API: expectations of policies. They may lie beside manifests.</summary>
    public const string OwnKind = "PolicyTest";

    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    /// <summary>Reads a file, or every <c>.yaml</c>, <c>.yml</c> and <c>.json</c> file directly in a directory, in the order of their names.</summary>
    /// <exception cref="ManifestException">The path does not exist or a file cannot be read.</exception>
    public static IReadOnlyList<Manifest> LoadPath(string path) => [.. Texts(path).SelectMany(text => Load(text.Text, text.Source))];

    /// <summary>The texts of a file, or of every <c>.yaml</c>, <c>.yml</c> and <c>.json</c> file directly in a directory, in the order of their names.</summary>
    /// <exception cref="ManifestException">The path does not exist or a file cannot be read.</exception>
    public static IReadOnlyList<(string Text, string Source)> Texts(string path)
    {
        try
        {
            if (!Directory.Exists(path))
                return [(File.ReadAllText(path), path)];
            var files = Directory.EnumerateFiles(path).Where(file => Extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal);
            return [.. files.Select(file => (File.ReadAllText(file), file))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ManifestException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="source">What to call the text in messages.</param>
    /// <exception cref="ManifestException">The text is no YAML, or a document is no object of the API.</exception>
    public static IReadOnlyList<Manifest> Load(string text, string source = "manifest")
    {
        var manifests = new List<Manifest>();
        try
        {
            foreach (var (root, index, line) in YamlReader.ReadAll(text))
                Collect(root, source, index, line, manifests);
        }
        catch (YamlException error)
        {
            throw new ManifestException($"{source}:{YamlReader.Position(error)}: {error.Message}", error);
        }

        return manifests;
    }

    /// <summary>Reads the documents of a text, whatever they are.</summary>
    /// <exception cref="ManifestException">The text is no YAML.</exception>
    public static IReadOnlyList<YamlDocument> Documents(string text, string source)
    {
        try
        {
            var lines = new YamlLines();
            return [.. YamlReader.ReadAll(text, lines).Select(document => new YamlDocument(document.Root, source, document.Index, document.Line, lines))];
        }
        catch (YamlException error)
        {
            throw new ManifestException($"{source}:{YamlReader.Position(error)}: {error.Message}", error);
        }
    }

    /// <summary>The objects of a document.</summary>
    /// <exception cref="ManifestException">It is none.</exception>
    public static IReadOnlyList<Manifest> Of(YamlDocument document)
    {
        var manifests = new List<Manifest>();
        Collect(document.Root, document.Source, document.Index, document.Line, manifests);
        return manifests;
    }

    /// <summary>Reads one document of any shape, such as a configuration file.</summary>
    /// <exception cref="ManifestException">The text is no YAML or not one object.</exception>
    public static JsonObject LoadDocument(string text, string source) => ParseJson(text) ?? ParseYaml(text, source);

    /// <summary>JSON is YAML too, and read without what YAML takes: programs write it, and agents that read only it stay smaller.</summary>
    private static JsonObject? ParseJson(string text)
    {
        try
        {
            return text.StartsWith('{') ? JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonObject ParseYaml(string text, string source)
    {
        try
        {
            return YamlReader.ReadAll(text).Select(document => document.Root).FirstOrDefault() as JsonObject
                ?? throw new ManifestException($"{source}: expected a YAML object");
        }
        catch (YamlException error)
        {
            throw new ManifestException($"{source}:{YamlReader.Position(error)}: {error.Message}", error);
        }
    }

    private static void Collect(JsonNode? root, string source, int index, int line, List<Manifest> manifests)
    {
        var place = $"{source}:{line}: document {index + 1}";
        if (root is not JsonObject obj)
            throw new ManifestException($"{place} is not a Kubernetes object but {Describe(root)}");
        var kind = Text(obj, "kind", place);
        if (kind == OwnKind)
            return;
        if (kind.EndsWith("List", StringComparison.Ordinal) && obj["items"] is JsonArray items)
        {
            foreach (var item in items)
                Collect(item?.DeepClone(), source, index, line, manifests);
            return;
        }

        _ = Text(obj, "apiVersion", place);
        if (obj["metadata"] is not JsonObject metadata)
            throw new ManifestException($"{place}: {kind} has no metadata");
        if (metadata["name"] is null && metadata["generateName"] is null)
            throw new ManifestException($"{place}: {kind} has no metadata.name");
        foreach (var field in (string[])["name", "generateName", "namespace"])
        {
            if (metadata[field] is { } value && value.GetValueKind() != System.Text.Json.JsonValueKind.String)
                throw new ManifestException($"{place}: metadata.{field} of {kind} must be a string, not {value.ToJsonString()}; put it in quotes");
        }

        manifests.Add(new Manifest(obj, source, index, line));
    }

    private static string Text(JsonObject obj, string field, string place)
    {
        if (obj[field] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0)
            return text;
        throw new ManifestException($"{place}: '{field}' not set");
    }

    private static string Describe(JsonNode? node) => node switch
    {
        JsonArray => "a list",
        null => "null",
        _ => $"the value {node.ToJsonString()}",
    };
}
