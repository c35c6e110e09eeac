using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Weft.Kubernetes.Client;

/// <summary>Turns YAML documents into JSON trees.</summary>
/// <remarks>Anchors, aliases and merge keys are expanded; a key given twice is an error, as the API server's strict validation has it.</remarks>
internal sealed class YamlReader
{
    /// <summary>How many nodes a document may expand to: aliases of aliases must not fill the memory.</summary>
    private const int MaximumNodes = 1_000_000;
    private const int MaximumDepth = 100;

    private readonly CarefulParser _parser;
    private readonly Dictionary<AnchorName, JsonNode?> _anchors = [];
    private readonly YamlLines? _lines;
    private int _nodes;
    private int _depth;

    private YamlReader(TextReader text, YamlLines? lines)
    {
        _parser = new CarefulParser(text);
        _lines = lines;
        _parser.Consume<StreamStart>();
    }

    /// <summary>The documents of a text with the line each begins on; empty ones are left out.</summary>
    /// <param name="text">The text.</param>
    /// <param name="lines">Takes the lines of all nodes, where somebody wants to know them.</param>
    /// <exception cref="YamlException">The text is not YAML, or has no JSON form; carries the position.</exception>
    public static IEnumerable<(JsonNode Root, int Index, int Line)> ReadAll(string text, YamlLines? lines = null)
    {
        var reader = new YamlReader(new StringReader(text), lines);
        for (var index = 0; reader._parser.TryConsume<DocumentStart>(out _); index++)
        {
            var line = (int)reader._parser.Current!.Start.Line;
            reader._anchors.Clear();
            reader._nodes = 0;
            var root = reader.ReadNode();
            reader._parser.Consume<DocumentEnd>();
            if (root is not null)
                yield return (root, index, line);
        }
    }

    private JsonNode? ReadNode()
    {
        var line = (int)_parser.Current!.Start.Line;
        var node = ReadValue();
        if (node is not null)
            _lines?.Add(node, line);
        return node;
    }

    private JsonNode? ReadValue()
    {
        var next = _parser.Current!;
        if (++_nodes > MaximumNodes || _depth > MaximumDepth)
            throw new YamlException(next.Start, next.End, "the document is too large or too deep");
        switch (next)
        {
            case AnchorAlias alias:
                return ReadAlias(alias);
            case Scalar scalar:
                _parser.MoveNext();
                return Remember(scalar, Value(scalar));
            case SequenceStart sequence:
                return Remember(sequence, ReadSequence());
            case MappingStart mapping:
                return Remember(mapping, ReadMapping());
            default:
                throw new YamlException(next.Start, next.End, $"unexpected {next.GetType().Name}");
        }
    }

    private JsonNode? ReadAlias(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value, out var target))
            throw new YamlException(alias.Start, alias.End, $"unknown anchor '{alias.Value}' referenced");
        _parser.MoveNext();
        _nodes += Size(target);
        if (_nodes > MaximumNodes)
            throw new YamlException(alias.Start, alias.End, "the document contains excessive aliasing");
        return target?.DeepClone();
    }

    private JsonArray ReadSequence()
    {
        var array = new JsonArray();
        _parser.Consume<SequenceStart>();
        _depth++;
        while (!_parser.TryConsume<SequenceEnd>(out _))
            array.Add(ReadNode());
        _depth--;
        return array;
    }

    private JsonObject ReadMapping()
    {
        var members = new JsonObject();
        var merged = new List<JsonObject>();
        _parser.Consume<MappingStart>();
        _depth++;
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var at = _parser.Current!;
            if (at is Scalar { Value: "<<", Style: ScalarStyle.Plain })
            {
                _parser.MoveNext();
                Merge(at, ReadNode(), merged);
                continue;
            }

            var key = Key(at);
            if (members.ContainsKey(key))
                throw new YamlException(at.Start, at.End, $"key \"{key}\" already set in map");
            members[key] = ReadNode();
        }

        _depth--;
        foreach (var (key, value) in merged.SelectMany(source => source))
        {
            if (!members.ContainsKey(key))
                members[key] = value?.DeepClone();
        }

        return members;
    }

    private string Key(ParsingEvent at)
    {
        if (at is AnchorAlias alias && ReadAlias(alias) is JsonValue value)
            return value.ToString();
        if (at is not Scalar scalar)
            throw new YamlException(at.Start, at.End, "a key must be a scalar");
        _parser.MoveNext();
        var node = Value(scalar);
        Remember(scalar, node);
        return node switch
        {
            null => "null",
            JsonValue boolean when boolean.TryGetValue<bool>(out var truth) => truth ? "true" : "false",
            _ => node.ToString(),
        };
    }

    private static void Merge(ParsingEvent at, JsonNode? source, List<JsonObject> merged)
    {
        switch (source)
        {
            case JsonObject single:
                merged.Add(single);
                break;
            case JsonArray many when many.All(item => item is JsonObject):
                merged.AddRange(many.Cast<JsonObject>());
                break;
            default:
                throw new YamlException(at.Start, at.End, "map merge requires map or sequence of maps as the value");
        }
    }

    private static JsonNode? Value(Scalar scalar)
    {
        try
        {
            if (scalar.Tag.IsEmpty)
                return scalar.Style == ScalarStyle.Plain ? YamlScalar.Resolve(scalar.Value) : scalar.Value;
            return scalar.Tag.IsNonSpecific || scalar.Tag.Value is "tag:yaml.org,2002:str" or "tag:yaml.org,2002:binary"
                ? scalar.Value
                : YamlScalar.Resolve(scalar.Value);
        }
        catch (FormatException error)
        {
            throw new YamlException(scalar.Start, scalar.End, error.Message, error);
        }
    }

    private JsonNode? Remember(NodeEvent at, JsonNode? node)
    {
        if (!at.Anchor.IsEmpty)
            _anchors[at.Anchor] = node;
        return node;
    }

    private static int Size(JsonNode? node) => node switch
    {
        JsonObject members => 1 + members.Sum(member => Size(member.Value)),
        JsonArray items => 1 + items.Sum(Size),
        _ => 1,
    };

    /// <summary>The position of an error, 1-based.</summary>
    public static string Position(YamlException error) =>
        string.Create(CultureInfo.InvariantCulture, $"{error.Start.Line}:{error.Start.Column}");
}
