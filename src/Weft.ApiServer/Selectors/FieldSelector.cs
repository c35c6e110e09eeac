using Weft.ApiServer.Kinds;
using Weft.ApiServer.Storage;

namespace Weft.ApiServer.Selectors;

/// <summary>A field selector, for example <c>spec.nodeName=node-1,status.phase!=Running</c>, bound to a kind's fields.</summary>
internal sealed class FieldSelector
{
    private readonly IReadOnlyList<Requirement> _requirements;

    private FieldSelector(IReadOnlyList<Requirement> requirements) => _requirements = requirements;

    public static FieldSelector Everything { get; } = new([]);

    public bool IsEmpty => _requirements.Count == 0;

    /// <exception cref="FormatException">Not a selector, or a field that the kind does not select by.</exception>
    public static FieldSelector Parse(string? text, ResourceKind kind) =>
        string.IsNullOrWhiteSpace(text)
            ? Everything
            : new([.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part => ParseRequirement(part, text, kind))]);

    public bool Matches(StoredObject obj)
    {
        foreach (var requirement in _requirements)
        {
            if (requirement.Read(obj) == requirement.Value != requirement.Equal)
                return false;
        }
        return true;
    }

    private static Requirement ParseRequirement(string part, string whole, ResourceKind kind)
    {
        var at = part.IndexOf('=');
        if (at <= 0)
            throw new FormatException($"invalid selector: '{whole}'; can't understand '{part}'");
        var equal = part[at - 1] != '!';
        var field = part[..(equal ? at : at - 1)].Trim();
        var value = part[(at + 1)..];
        if (value.StartsWith('=') && equal)
            value = value[1..];
        return new(Reader(field, kind), value.Replace("\\,", ",", StringComparison.Ordinal), equal);
    }

    private static Func<StoredObject, string> Reader(string field, ResourceKind kind)
    {
        if (field == "metadata.name")
            return obj => obj.Name;
        if (field == "metadata.namespace")
            return obj => obj.Namespace;
        for (var i = 0; i < kind.SelectableFields.Count; i++)
        {
            var index = i;
            if (kind.SelectableFields[i].Name == field)
                return obj => obj.Fields[index];
        }
        throw new FormatException(kind.SelectableFields.Count > 0
            ? $"field label not supported: {field}"
            : $"\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
    }

    private sealed record Requirement(Func<StoredObject, string> Read, string Value, bool Equal);
}
