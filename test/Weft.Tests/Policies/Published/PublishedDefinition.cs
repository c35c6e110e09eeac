using System.Globalization;
using System.Text.Json.Nodes;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.Tests.Policies.Published;

/// <summary>The definition of ClusterNetworkPolicy that its project publishes, which this project does not contain: read from a folder beside the checkout.</summary>
internal sealed class PublishedDefinition
{
    private const string File = "shared/crds/policy/clusternetworkpolicies.yaml";

    private readonly JsonObject _schema;

    private PublishedDefinition(string text)
    {
        Text = text;
        var definition = Manifests.Load(text, File).Single().Object;
        _schema = definition["spec"]!["versions"]!.AsArray().Single(version => (string)version!["name"]! == "v1alpha2")!["schema"]!["openAPIV3Schema"]!.AsObject();
    }

    /// <summary>As it is published.</summary>
    public string Text { get; }

    /// <summary>The definition; skips the test, visibly, where it is not there.</summary>
    public static PublishedDefinition Read()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Join(folder.FullName, File);
            if (System.IO.File.Exists(path))
                return new PublishedDefinition(System.IO.File.ReadAllText(path));
        }

        Assert.Skip($"no folder above the tests has {File}: the published definition is not part of the project");
        return null!;
    }

    /// <summary>Why the published schema refuses an object, by a plain reading of it; null when it takes it. Fields that it does not know count as wrong.</summary>
    public string? Refuses(JsonObject policy) => Wrong(policy["spec"], _schema["properties"]!["spec"]!.AsObject(), "spec");

    private static string? Wrong(JsonNode? value, JsonObject schema, string path) => ((string)schema["type"]!, value) switch
    {
        ("object", JsonObject fields) => WrongObject(fields, schema, path),
        ("array", JsonArray items) => WrongArray(items, schema, path),
        ("string", JsonValue text) when text.GetValueKind() == System.Text.Json.JsonValueKind.String => WrongText((string)text!, schema, path),
        ("integer", JsonValue number) when number.TryGetValue<long>(out var whole) => WrongNumber(whole, schema, path),
        var (type, _) => $"{path} is no {type}",
    };

    private static string? WrongObject(JsonObject fields, JsonObject schema, string path)
    {
        if (fields.Count < Bound(schema, "minProperties", 0) || fields.Count > Bound(schema, "maxProperties", long.MaxValue))
            return $"{path} has {fields.Count} fields";
        if ((schema["required"] as JsonArray)?.FirstOrDefault(name => !fields.ContainsKey((string)name!)) is { } missing)
            return $"{path}.{missing} is missing";
        foreach (var (name, value) in fields)
        {
            var known = schema["properties"]?[name] ?? schema["additionalProperties"];
            if (known is null)
                return $"{path}.{name} is unknown";
            if (Wrong(value, known.AsObject(), $"{path}.{name}") is { } wrong)
                return wrong;
        }

        return Rules(schema).Contains("self.start < self.end") && (long)fields["start"]! >= (long)fields["end"]! ? $"{path}: Start port must be less than End port" : null;
    }

    private static string? WrongArray(JsonArray items, JsonObject schema, string path)
    {
        if (items.Count < Bound(schema, "minItems", 0) || items.Count > Bound(schema, "maxItems", long.MaxValue))
            return $"{path} has {items.Count} items";
        if ((string?)schema["x-kubernetes-list-type"] == "set" && items.Select(item => item?.ToJsonString()).Distinct().Count() < items.Count)
            return $"{path} has an item twice";
        return items.Select((item, i) => Wrong(item, schema["items"]!.AsObject(), string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"))).FirstOrDefault(wrong => wrong is not null);
    }

    private static string? WrongText(string text, JsonObject schema, string path)
    {
        if (schema["enum"] is JsonArray words && !words.Any(word => (string)word! == text))
            return $"{path} is none of {words.ToJsonString()}";
        if (text.Length > Bound(schema, "maxLength", long.MaxValue))
            return $"{path} is too long";
        return Rules(schema).Contains("isCIDR(self)") && !IpPrefix.TryParse(text, out _) ? $"{path}: Invalid CIDR format provided" : null;
    }

    private static string? WrongNumber(long number, JsonObject schema, string path) =>
        number < Bound(schema, "minimum", long.MinValue) || number > Bound(schema, "maximum", long.MaxValue) ? $"{path} is out of bounds" : null;

    private static IEnumerable<string> Rules(JsonObject schema) =>
        schema["x-kubernetes-validations"] is JsonArray rules ? rules.Select(rule => (string)rule!["rule"]!) : [];

    private static long Bound(JsonObject schema, string name, long otherwise) => schema[name] is { } bound ? (long)bound : otherwise;
}
