using System.Text.Json.Nodes;

namespace Weft.Kubernetes.Client;

/// <summary>On which lines the nodes of a YAML text stand.</summary>
public sealed class YamlLines
{
    private readonly Dictionary<JsonNode, int> _lines = new(ReferenceEqualityComparer.Instance);

    /// <summary>The line of a node, from 1; that of the nearest node around it where it has none of its own, as nulls have not.</summary>
    public int Of(JsonNode? node)
    {
        for (; node is not null; node = node.Parent)
        {
            if (_lines.TryGetValue(node, out var line))
                return line;
        }

        return 1;
    }

    internal void Add(JsonNode node, int line) => _lines.TryAdd(node, line);
}

/// <summary>A document of any shape.</summary>
/// <param name="Root">Its content.</param>
/// <param name="Source">The file, or whatever name the text came with.</param>
/// <param name="Index">Number of the document in its source, from 0.</param>
/// <param name="Line">The line on which it begins, from 1.</param>
/// <param name="Lines">The lines of its nodes.</param>
public sealed record YamlDocument(JsonNode Root, string Source, int Index, int Line, YamlLines Lines);
