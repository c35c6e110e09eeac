using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Testing;

/// <summary>Reads a document of expectations; whatever is wrong with it is a line for people, with file, line and path.</summary>
public sealed partial class PolicyTestReader
{
    /// <summary>The kind of a document of expectations.</summary>
    public const string Kind = "PolicyTest";

    /// <summary>Its apiVersion, where one is given.</summary>
    public const string ApiVersion = "weft/v1alpha1";

    private static readonly string[] DocumentFields = ["apiVersion", "kind", "metadata", "name", "namespace", "manifests", "tests", "matrix"];
    private static readonly string[] TestFields = ["name", "from", "to", "port", "ports", "protocol", "expect", "by"];

    private readonly string _source;
    private readonly Func<JsonNode?, int> _lineOf;
    private readonly List<string> _errors = [];
    private readonly List<PolicyExpectation> _expectations = [];
    private string _namespace = "default";

    private PolicyTestReader(string source, Func<JsonNode?, int> lineOf) => (_source, _lineOf) = (source, lineOf);

    /// <summary>Whether a document holds expectations rather than an object of the API.</summary>
    public static bool IsTest(JsonNode? root) => root switch
    {
        JsonArray => true,
        JsonObject fields => fields["kind"] is { } kind ? kind.ToString() == Kind : fields.ContainsKey("tests") || fields.ContainsKey("matrix"),
        _ => false,
    };

    /// <summary>Reads a document.</summary>
    /// <param name="root">An object of kind <see cref="Kind"/>, or a plain list of expectations.</param>
    /// <param name="source">The file.</param>
    /// <param name="lineOf">The line of a node of the document, from 1.</param>
    /// <returns>What was understood, and what is wrong.</returns>
    public static (PolicyTestDocument Document, EquatableArray<string> Errors) Read(JsonNode root, string source, Func<JsonNode?, int> lineOf)
    {
        var reader = new PolicyTestReader(source, lineOf);
        var document = reader.Document(root);
        return (document, reader._errors.ToEquatableArray());
    }

    private PolicyTestDocument Document(JsonNode root)
    {
        var fields = root as JsonObject ?? new JsonObject();
        Known(fields, DocumentFields, "a PolicyTest");
        if (fields["apiVersion"] is { } version && version.ToString() != ApiVersion)
            Error(version, $"apiVersion '{version}': use {ApiVersion}, or none");
        var metadata = fields["metadata"] as JsonObject;
        _namespace = (fields["namespace"] ?? metadata?["namespace"])?.ToString() ?? _namespace;
        Tests((root as JsonArray) ?? fields["tests"], root);
        if (fields["matrix"] is { } matrix)
            Matrices(matrix);
        if (_expectations.Count == 0 && _errors.Count == 0)
            Error(root, "there are no expectations: write them under tests or matrix");
        var name = (fields["name"] ?? metadata?["name"])?.ToString() ?? _source;
        return new PolicyTestDocument(
            name, _source, Texts(fields["manifests"]), _expectations.Select(expectation => expectation with { Suite = name }).ToEquatableArray());
    }

    private void Tests(JsonNode? tests, JsonNode root)
    {
        if (tests is not (JsonArray or null))
            Error(tests, "tests must be a list");
        foreach (var (test, index) in (tests as JsonArray ?? []).Select((test, index) => (test, index)))
        {
            if (test is JsonObject fields)
                Test(fields, index);
            else
                Error(test ?? root, string.Create(CultureInfo.InvariantCulture, $"tests[{index}] is no expectation; one looks like: {{from: client, to: web, port: 80, expect: allowed}}"));
        }
    }

    private void Test(JsonObject fields, int index)
    {
        var known = _errors.Count;
        var path = string.Create(CultureInfo.InvariantCulture, $"tests[{index}]");
        Known(fields, TestFields, path);
        var (from, to) = (Ends(fields, "from", path), Ends(fields, "to", path));
        var ports = Ports(fields, path);
        bool? allowed = fields["expect"]?.ToString() switch { "allowed" or "allow" => true, "denied" or "deny" => false, _ => null };
        if (allowed is null)
            Error(fields["expect"] ?? fields, $"{path}.expect {(fields["expect"] is { } said ? $"is '{said}'" : "is missing")}: write allowed or denied");
        var by = Decider(fields, path);
        if (_errors.Count > known)
            return;
        var name = fields["name"]?.ToString() ?? NameOf(from, to, ports, allowed!.Value);
        _expectations.Add(new PolicyExpectation(name, _source, _lineOf(fields)) { From = from, To = to, Ports = ports, IsAllowed = allowed!.Value, By = by });
    }

    private EquatableArray<PolicyEnd> Ends(JsonObject fields, string field, string path)
    {
        if (fields[field] is not { } node)
        {
            Error(fields, $"{path}.{field} is missing");
            return [];
        }

        var reader = new PolicyEndReader((at, message) => Error(at ?? node, $"{path}.{field}: {message}"), _namespace);
        var ends = node is JsonArray many ? many.Select(reader.Read).ToList() : [reader.Read(node)];
        if (ends.Count == 0)
            Error(node, $"{path}.{field} is an empty list");
        return ends.OfType<PolicyEnd>().ToEquatableArray();
    }

    private EquatableArray<ExpectedPort> Ports(JsonObject fields, string path)
    {
        if (fields.ContainsKey("port") && fields.ContainsKey("ports"))
            Error(fields, $"{path} has both port and ports: one of them takes a list too");
        var protocol = fields["protocol"] is { } word ? ExpectedPort.ProtocolOf(word.ToString()) : null;
        if (fields["protocol"] is { } said && protocol is null)
            Error(said, $"{path}.protocol is '{said}': use tcp, udp, sctp or icmp");
        var node = fields["port"] ?? fields["ports"];
        if (protocol == ExpectedPort.Icmp)
        {
            if (node is not null)
                Error(node, $"{path}: ICMP has no ports");
            return [new ExpectedPort(ExpectedPort.Icmp, null, null, null)];
        }

        var ports = new List<ExpectedPort>();
        foreach (var item in node switch { null => [], JsonArray many => many.ToArray(), _ => [node] })
        {
            if (ExpectedPort.Read(item, protocol, out var error) is { } port)
                ports.Add(port);
            else
                Error(item ?? node, $"{path}.port: {error}");
        }

        return ports.ToEquatableArray();
    }

    private ExpectedDecider? Decider(JsonObject fields, string path)
    {
        if (fields["by"] is not { } node)
            return null;
        var text = node.ToString().Trim();
        if (text is "none" or "no policy")
            return new ExpectedDecider(text, null, null, null, null);
        if (DeciderForm().Match(text) is { Success: true } found)
        {
            PolicyDirection? direction = found.Groups["list"].Value switch { "ingress" => PolicyDirection.Ingress, "egress" => PolicyDirection.Egress, _ => null };
            var space = found.Groups["space"].Success ? found.Groups["space"].Value : found.Groups["kind"].Value.StartsWith('C') ? null : _namespace;
            int? index = int.TryParse(found.Groups["index"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
            return new ExpectedDecider(text, space, found.Groups["name"].Value, direction, index);
        }

        Error(node, $"{path}.by: '{text}' names no policy; write NAME, NAMESPACE/NAME, with a rule NAME ingress[0], or none");
        return null;
    }

    private void Matrices(JsonNode matrix)
    {
        foreach (var (node, index) in (matrix is JsonArray many ? many.ToArray() : [matrix]).Select((node, index) => (node, index)))
        {
            var path = matrix is JsonArray ? string.Create(CultureInfo.InvariantCulture, $"matrix[{index}]") : "matrix";
            if (node is not JsonValue)
                Error(node ?? matrix, $"{path} must be a text: a table of rows (who connects) and columns (to whom)");
            else
                _expectations.AddRange(new PolicyMatrixReader(_source, _lineOf(node), _namespace, message => Error(node, $"{path}: {message}")).Read(node.ToString()));
        }
    }

    private EquatableArray<string> Texts(JsonNode? node) => node switch
    {
        null => [],
        JsonArray many => many.OfType<JsonValue>().Select(item => item.ToString()).ToEquatableArray(),
        _ => [node.ToString()],
    };

    private void Known(JsonObject fields, string[] known, string path)
    {
        foreach (var (field, value) in fields.Where(field => !known.Contains(field.Key)))
            Error(value ?? fields, $"unknown field '{field}' of {path}; there are {string.Join(", ", known)}");
    }

    private void Error(JsonNode? at, string message) => _errors.Add(string.Create(CultureInfo.InvariantCulture, $"{_source}:{_lineOf(at)}: {message}"));

    private static string NameOf(EquatableArray<PolicyEnd> from, EquatableArray<PolicyEnd> to, EquatableArray<ExpectedPort> ports, bool allowed) =>
        $"{Show(from)} {(allowed ? "reaches" : "does not reach")} {Show(to)}{(ports.Count == 0 ? "" : $" on {string.Join(", ", ports.Select(PolicyTestText.Show))}")}";

    private static string Show(EquatableArray<PolicyEnd> ends) => string.Join(" and ", ends.Select(end => end.Text));

    [GeneratedRegex(@"^((?<kind>NetworkPolicy|ClusterNetworkPolicy)\s+)?((?<space>[^/\s]+)/)?(?<name>[^/\s]+)(\s+(?<list>ingress|egress)(\[(?<index>\d{1,6})\])?)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex DeciderForm();
}
