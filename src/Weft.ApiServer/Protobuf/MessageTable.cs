using System.Collections.Frozen;

namespace Weft.ApiServer.Protobuf;

/// <summary>Which fields each protobuf message has; read once from the files in <c>Messages/</c>.</summary>
internal sealed class MessageTable
{
    private static readonly Lazy<MessageTable> BuiltInTable = new(Load);

    private readonly FrozenDictionary<string, FrozenDictionary<int, MessageField>> _messages;

    private MessageTable(Dictionary<string, Dictionary<int, MessageField>> messages) =>
        _messages = messages.ToFrozenDictionary(m => m.Key, m => m.Value.ToFrozenDictionary(), StringComparer.Ordinal);

    public static MessageTable BuiltIn => BuiltInTable.Value;

    public FrozenDictionary<int, MessageField>? Find(string message) => _messages.GetValueOrDefault(message);

    /// <summary>The message of a kind; options of a delete have the same form in every group.</summary>
    public static string NameOf(string apiVersion, string kind)
    {
        if (kind == "DeleteOptions")
            return "meta.DeleteOptions";
        var slash = apiVersion.IndexOf('/');
        var group = slash < 0 ? "core" : apiVersion[..slash].Split('.')[0];
        return $"{group}.{kind}";
    }

    private static MessageTable Load()
    {
        var messages = new Dictionary<string, Dictionary<int, MessageField>>(StringComparer.Ordinal);
        var assembly = typeof(MessageTable).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith("protobuf/", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            Dictionary<int, MessageField>? fields = null;
            while (reader.ReadLine() is { } line)
            {
                if (line.EndsWith(':'))
                    messages[line[..^1]] = fields = [];
                else
                    ReadFields(line, fields!);
            }
        }
        return new(messages);
    }

    private static void ReadFields(string line, Dictionary<int, MessageField> fields)
    {
        foreach (var text in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (equals, colon) = (text.IndexOf('='), text.IndexOf(':'));
            var type = text[(colon + 1)..];
            var shape = type[0] switch { '*' => FieldShape.List, '%' => FieldShape.Map, '~' => FieldShape.Inline, _ => FieldShape.Single };
            fields[int.Parse(text[(equals + 1)..colon])] = new(
                text[..equals], shape, type.TrimStart('*', '%', '~').TrimEnd('!'), KeepsZero: type.EndsWith('!'));
        }
    }
}

internal enum FieldShape
{
    Single,
    List,
    Map,
    Inline,
}

/// <param name="Type">One letter for a scalar (see the folder's README), or the name of a message.</param>
internal sealed record MessageField(string Name, FieldShape Shape, string Type, bool KeepsZero);
