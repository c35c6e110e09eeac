using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.ApiServer.Schemas.Model;

/// <summary>Reads the notation that <c>Data/README.md</c> describes.</summary>
/// <param name="resolve">Finds a type by its qualified name, when a shape that names it is first used.</param>
internal sealed class SchemaReader(Func<string, SchemaType> resolve)
{
    private const string DescriptionMark = "-- ";

    private readonly Dictionary<string, List<SchemaField>> _fields = new(StringComparer.Ordinal);
    private string _package = "";
    private string _prefix = "";

    /// <summary>All types of one file.</summary>
    /// <param name="source">Name of the file, for errors.</param>
    /// <exception cref="FormatException">The text is not in the notation; the message names file and line.</exception>
    public IReadOnlyList<SchemaType> Read(string source, string text)
    {
        var types = new List<SchemaType>();
        string? header = null;
        List<SchemaField> fields = [];
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            try
            {
                if (line.IsWhiteSpace() || line[0] == '#')
                    continue;
                if (line.StartsWith("  "))
                {
                    fields.Add(ReadField(line.Trim().ToString()));
                    continue;
                }
                if (header is not null)
                    types.Add(ReadType(header, fields));
                (header, fields) = (ReadHeader(line.ToString()), []);
            }
            catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
            {
                throw new FormatException($"{source}:{number}: {e.Message}", e);
            }
        }
        if (header is not null)
            types.Add(ReadType(header, fields));
        return types;
    }

    private string? ReadHeader(string line)
    {
        if (!line.StartsWith("package ", StringComparison.Ordinal))
            return line;
        var words = line.Split(' ');
        (_package, _prefix) = (words[1], words[2]);
        return null;
    }

    private SchemaType ReadType(string header, List<SchemaField> own)
    {
        var (words, description) = Split(header);
        var name = words[0];
        List<SchemaField> fields = [];
        if (words is [_, ":", var parent, ..])
            fields.AddRange(_fields[parent]);
        var kind = KindOf(name, words);
        if (kind is not null)
            fields.AddRange(KindFields(words.Contains("bare")));
        fields.AddRange(own);
        _fields[name] = fields;
        return new SchemaType(_package, _prefix, name, fields)
        {
            Description = description,
            Kind = kind,
            ClusterScoped = words.Contains("cluster"),
            Bare = words.Contains("bare"),
            Atomic = words.Contains("atomic"),
        };
    }

    private static KindName? KindOf(string name, string[] words)
    {
        var word = Array.Find(words, w => w.StartsWith("kind:", StringComparison.Ordinal));
        if (word is null)
            return null;
        var parts = word["kind:".Length..].Split('/');
        return parts is [var group, var version] ? new KindName(group, version, name) : new KindName("", parts[0], name);
    }

    private IEnumerable<SchemaField> KindFields(bool bare)
    {
        yield return new SchemaField("apiVersion", Shape.Scalar("string")!) { Description = "Group and version of the kind." };
        yield return new SchemaField("kind", Shape.Scalar("string")!) { Description = "Name of the kind." };
        if (!bare || _package != "meta")
            yield return new SchemaField("metadata", ReadShape("meta.ObjectMeta"));
    }

    private SchemaField ReadField(string line)
    {
        var (words, description) = Split(line);
        var field = new SchemaField(words[0], ReadShape(words[1])) { Description = description };
        for (var i = 2; i < words.Length; i++)
            field = Apply(field, words[i]);
        return field is { MergeKey: { } key, ListType: ListType.Default } ? field with { ListType = ListType.Map, ListKeys = [key] } : field;
    }

    private static SchemaField Apply(SchemaField field, string word) => word switch
    {
        "!" => field with { Requirement = Requirement.Enforced },
        "*" => field with { Requirement = Requirement.Documented },
        "merge" => field with { PatchMerge = true },
        "retainKeys" => field with { RetainKeys = true },
        "set" => field with { ListType = ListType.Set },
        "atomic" => field with { ListType = ListType.Atomic },
        ['=', ..] => field with { Default = ReadDefault(word[1..]) },
        _ when word.IndexOf(':') is > 0 and var colon => Apply(field, word[..colon], word[(colon + 1)..]),
        _ => throw new FormatException($"unknown attribute {word}"),
    };

    private static SchemaField Apply(SchemaField field, string name, string value) => name switch
    {
        "enum" => field with { Values = value.Split(',') },
        "min" => field with { Minimum = long.Parse(value) },
        "is" => field with { Check = value },
        "merge" => field with { PatchMerge = true, MergeKey = value },
        "keys" => field with { ListType = ListType.Map, ListKeys = value.Split(',') },
        _ => throw new FormatException($"unknown attribute {name}"),
    };

    private static JsonNode ReadDefault(string text) =>
        char.IsAsciiLetter(text[0]) && text is not ("true" or "false") || text[0] == '/'
            ? JsonValue.Create(text)
            : JsonNode.Parse(text) ?? throw new FormatException("null is no default");

    private Shape ReadShape(string text) => text switch
    {
        ['[', .. var item, ']'] => Shape.ListOf(ReadShape(item)),
        ['{', .. var item, '}'] => Shape.MapOf(ReadShape(item)),
        _ when Shape.Scalar(text) is { } scalar => scalar,
        _ => NamedShape(text.Contains('.', StringComparison.Ordinal) ? text : $"{_package}.{text}"),
    };

    private Shape NamedShape(string qualified) => Shape.ObjectOf(() => resolve(qualified));

    private static (string[] Words, string? Description) Split(string line)
    {
        var mark = line.IndexOf(DescriptionMark, StringComparison.Ordinal);
        var head = mark < 0 ? line : line[..mark];
        return (head.Split(' ', StringSplitOptions.RemoveEmptyEntries), mark < 0 ? null : line[(mark + DescriptionMark.Length)..]);
    }
}
