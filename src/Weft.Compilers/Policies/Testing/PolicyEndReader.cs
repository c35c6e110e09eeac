using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Policies.Testing;

/// <summary>Reads an end of an expectation, in its short form or as an object.</summary>
/// <param name="report">Takes what is wrong: the node and a sentence.</param>
/// <param name="ns">The namespace of names without one.</param>
internal sealed class PolicyEndReader(Action<JsonNode?, string> report, string ns)
{
    private const string Outside = "outside";
    private static readonly string[] Fields = ["pod", "pods", "namespace", "namespaces", "service", "node", "nodes", "cidr", "except"];
    private static readonly char[] SelectorSigns = ['=', '!', '(', ','];

    /// <summary>Reads one end; null when it is none, which was reported.</summary>
    public PolicyEnd? Read(JsonNode? node) => node switch
    {
        JsonValue => Short(node, node.ToString().Trim()),
        JsonObject fields => Long(fields),
        _ => Wrong(node, "is neither a text nor an object"),
    };

    /// <summary>Reads the short form.</summary>
    public PolicyEnd? Short(JsonNode? at, string text)
    {
        if (text.Length == 0)
            return Wrong(at, "an end is empty; name a pod, labels, svc/NAME, node/NAME, domain/NAME, an address, a block or outside");
        if (text == Outside)
            return new BlockEnd(text, [], []);
        if (IpAddress.TryParse(text, out var address))
            return new AddressEnd(text, address);
        if (IpPrefix.TryParse(text, out var range))
            return new BlockEnd(text, [range], []);
        return text.Split('/', 3) switch
        {
            ["svc" or "service", var name] => new ServiceEnd(text, new ObjectKey(ns, name)),
            ["svc" or "service", var space, var name] => new ServiceEnd(text, new ObjectKey(space, name)),
            [var space, "svc" or "service", var name] => new ServiceEnd(text, new ObjectKey(space, name)),
            ["domain", var name] => Domain(at, text, name),
            ["node" or "nodes", var name] => Nodes(at, text, name),
            ["pod" or "pods", var name] => Pods(at, text, ns, name),
            ["pod" or "pods", var space, var name] => Pods(at, text, space, name),
            [var space, ..] when space == "*" || IsNamespace(space) && text.Contains('/') => Pods(at, text, space, text[(space.Length + 1)..]),
            _ => Pods(at, text, ns, text),
        };
    }

    private PolicyEnd? Long(JsonObject fields)
    {
        foreach (var (field, value) in fields)
        {
            if (!Fields.Contains(field))
                return Wrong(value ?? fields, $"unknown field '{field}' of an end; there are {string.Join(", ", Fields)}");
            if (field != "except" && value is not JsonValue)
                return Wrong(value ?? fields, $"{field} must be a text");
        }

        string[] kinds = [.. Fields.Take(2).Concat(Fields.Skip(4).Take(4)).Where(fields.ContainsKey)];
        if (kinds.Length > 1)
            return Wrong(fields, $"{string.Join(" and ", kinds)} in one end: which one is meant? Make a list of two ends");
        var text = string.Join(", ", fields.Select(field => $"{field.Key}: {field.Value?.ToJsonString().Trim('"')}"));
        return kinds switch
        {
            ["pod"] => Pods(fields, text, fields),
            ["service"] => new ServiceEnd(text, new ObjectKey((string?)Text(fields, "namespace") ?? ns, Text(fields, "service")!)),
            ["node"] => new NodesEnd(text, Text(fields, "node"), LabelSelector.Everything),
            ["nodes"] => Selector(fields, Text(fields, "nodes")!) is { } labels ? new NodesEnd(text, null, labels) : null,
            ["cidr"] => Block(fields, text),
            _ => fields.ContainsKey("namespace") || fields.ContainsKey("namespaces") || kinds is ["pods"]
                ? Pods(fields, text, fields)
                : Wrong(fields, $"an end without one of {string.Join(", ", Fields)}"),
        };
    }

    private PodsEnd? Pods(JsonNode at, string text, JsonObject fields)
    {
        if (fields.ContainsKey("namespace") && fields.ContainsKey("namespaces"))
            return (PodsEnd?)Wrong(at, "namespace and namespaces: the first is a name, the second a selector; use one");
        var space = Text(fields, "namespace") ?? (fields.ContainsKey("namespaces") ? null : ns);
        if (Selector(at, Text(fields, "namespaces") ?? "") is not { } namespaces || Selector(at, Text(fields, "pods") ?? "") is not { } labels)
            return null;
        return new PodsEnd(text, space == "*" ? null : space, namespaces, Text(fields, "pod"), labels);
    }

    private PodsEnd? Pods(JsonNode? at, string text, string space, string what)
    {
        var @namespace = space == "*" ? null : space;
        if (what.IndexOfAny(SelectorSigns) < 0)
            return new PodsEnd(text, @namespace, LabelSelector.Everything, what, LabelSelector.Everything);
        return Selector(at, what) is { } labels ? new PodsEnd(text, @namespace, LabelSelector.Everything, null, labels) : null;
    }

    private NodesEnd? Nodes(JsonNode? at, string text, string what)
    {
        if (what.IndexOfAny(SelectorSigns) < 0)
            return new NodesEnd(text, what, LabelSelector.Everything);
        return Selector(at, what) is { } labels ? new NodesEnd(text, null, labels) : null;
    }

    private DomainEnd? Domain(JsonNode? at, string text, string what)
    {
        if (DnsName.TryParse(what, out var name, out var problem))
            return new DomainEnd(text, name);
        Wrong(at, $"'{what}' is no domain name: {problem}");
        return null;
    }

    private BlockEnd? Block(JsonObject fields, string text)
    {
        var except = fields["except"] switch { null => [], JsonArray many => many.ToList(), var one => [one] };
        var holes = except.ConvertAll(hole => Range(fields, hole));
        var isOutside = Text(fields, "cidr") == Outside;
        if ((!isOutside && Range(fields, fields["cidr"]) is null) || holes.Contains(null))
            return null;
        return new BlockEnd(text, isOutside ? [] : [Range(fields, fields["cidr"])!.Value], holes.OfType<IpPrefix>().ToEquatableArray());
    }

    private IpPrefix? Range(JsonNode at, JsonNode? node)
    {
        if (IpPrefix.TryParse(node?.ToString() ?? "", out var range))
            return range;
        Wrong(node ?? at, $"'{node}' is no block of addresses such as 10.0.0.0/24");
        return null;
    }

    private LabelSelector? Selector(JsonNode? at, string text)
    {
        if (LabelSelector.TryParse(text, out var selector, out var error))
            return selector;
        Wrong(at, $"'{text}' is not a label selector: {error}");
        return null;
    }

    private static string? Text(JsonObject fields, string field) => fields[field]?.ToString();

    private static bool IsNamespace(string text) => text.Length > 0 && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');

    private PolicyEnd? Wrong(JsonNode? at, string message)
    {
        report(at, message);
        return null;
    }
}
