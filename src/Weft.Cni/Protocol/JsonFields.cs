using System.Text.Json;
using Weft.Model;

namespace Weft.Cni.Protocol;

/// <summary>Reads the fields of one JSON object and reports what is wrong with the field's path.</summary>
/// <remarks>
/// Names match exactly or else without regard to case: the reference plugins do so, and files in the field rely on it.
/// null counts as absent. Every error is a <see cref="CniException"/> with <see cref="CniErrorCode.Decoding"/>.
/// </remarks>
public readonly struct JsonFields
{
    private readonly JsonElement _element;
    private readonly string _path;

    /// <summary>Reads the fields of <paramref name="element"/>, an object or absent; <paramref name="path"/> is for messages.</summary>
    public JsonFields(JsonElement element, string path = "")
    {
        _element = element;
        _path = path;
        if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
            throw NotAnObject(path, element);
    }

    /// <summary>Whether there is such an object at all.</summary>
    public bool Exists => _element.ValueKind == JsonValueKind.Object;

    /// <summary>The object itself.</summary>
    public JsonElement Element => _element;

    /// <summary>Where this object is, for messages.</summary>
    public string Path => _path;

    /// <summary>The field's value, or an undefined element.</summary>
    public JsonElement Raw(string name)
    {
        if (!Exists)
            return default;
        if (!_element.TryGetProperty(name, out var value))
        {
            foreach (var property in _element.EnumerateObject())
            {
                if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                    value = property.Value;
            }
        }

        return value.ValueKind == JsonValueKind.Null ? default : value;
    }

    /// <summary>A field that is an object; its <see cref="Exists"/> is false when it is absent.</summary>
    public JsonFields Object(string name) => new(Raw(name), PathOf(name));

    /// <summary>A text field, or null.</summary>
    public string? Text(string name)
    {
        var value = Raw(name);
        return value.ValueKind switch
        {
            JsonValueKind.Undefined => null,
            JsonValueKind.String => value.GetString(),
            _ => throw Wrong(name, "a string", value),
        };
    }

    /// <summary>A true or false field, false when absent.</summary>
    public bool Flag(string name, bool absent = false)
    {
        var value = Raw(name);
        return value.ValueKind switch
        {
            JsonValueKind.Undefined => absent,
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(name, "true or false", value),
        };
    }

    /// <summary>A whole number, or null.</summary>
    public int? Number(string name)
    {
        var value = Raw(name);
        if (value.ValueKind == JsonValueKind.Undefined)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong(name, "a whole number", value);
    }

    /// <summary>An address, or null; an empty text counts as absent.</summary>
    public IpAddress? Address(string name)
    {
        var text = Text(name);
        if (string.IsNullOrEmpty(text))
            return null;
        return IpAddress.TryParse(text, out var address) ? address : throw Wrong(name, "an IP address", text);
    }

    /// <summary>A CIDR block and the address as written in it, or null.</summary>
    public (IpPrefix Prefix, IpAddress Address)? Prefix(string name)
    {
        if (Text(name) is not { } text)
            return null;
        return IpPrefix.TryParse(text, out var prefix, out var address) ? (prefix, address) : throw Wrong(name, "a CIDR block such as 10.22.0.0/16", text);
    }

    /// <summary>A list of texts, empty when absent.</summary>
    public EquatableArray<string> Texts(string name)
    {
        var list = new List<string>();
        foreach (var item in Items(name))
            list.Add(item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Wrong(name, "a list of strings", item));
        return list.ToEquatableArray();
    }

    /// <summary>A list of objects, empty when absent.</summary>
    public IEnumerable<JsonFields> Objects(string name)
    {
        var index = 0;
        foreach (var item in Items(name))
            yield return new JsonFields(item, $"{PathOf(name)}[{index++}]");
    }

    /// <summary>The elements of a list, none when absent.</summary>
    public JsonElement.ArrayEnumerator Items(string name)
    {
        var value = Raw(name);
        if (value.ValueKind == JsonValueKind.Undefined)
            return default;
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(name, "a list", value);
    }

    /// <summary>An error that names the field, what it should be and what it is.</summary>
    public CniException Wrong(string name, string wanted, string found) =>
        new(CniErrorCode.Decoding, $"failed to load netconf: field \"{PathOf(name)}\" must be {wanted}, not \"{found}\"");

    private CniException Wrong(string name, string wanted, JsonElement found) =>
        new(CniErrorCode.Decoding, $"failed to load netconf: field \"{PathOf(name)}\" must be {wanted}, not {found.GetRawText()}");

    private static CniException NotAnObject(string path, JsonElement found) =>
        new(CniErrorCode.Decoding, $"failed to load netconf: {(path.Length == 0 ? "the configuration" : $"field \"{path}\"")} must be an object, not {found.GetRawText()}");

    private string PathOf(string name) => string.IsNullOrEmpty(_path) ? name : $"{_path}.{name}";
}
