using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Model;
using Weft.Tests.Schemas;

namespace Weft.Tests.Kubectl;

/// <summary>kubectl holds the types of Kubernetes itself: a field of ours that it drops is misspelt, misplaced or of another type.</summary>
public sealed class KubectlFieldTests
{
    // What set selector replaces and printing leaves out, then fields younger than kubectl 1.32.
    private static readonly string[] Omitted =
    [
        ".spec.selector.key", ".metadata.managedFields",
        ".status.observedGeneration", ".status.conditions.observedGeneration", ".status.terminatingReplicas",
    ];

    [Theory]
    [InlineData("", "v1", "Pod", "set image", "x=y")]
    [InlineData("apps", "v1", "Deployment", "set image", "x=y")]
    [InlineData("apps", "v1", "ReplicaSet", "set image", "x=y")]
    [InlineData("", "v1", "Service", "set selector", "x=y")]
    public async Task Every_field_of_ours_is_one_of_Kubernetes(string group, string version, string kind, string verb, string argument)
    {
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        var name = new KindName(group, version, kind);
        var sample = SchemaSample.Full(SchemaLibrary.Find(name)!);
        (sample["apiVersion"], sample["kind"]) = (name.ApiVersion, kind);
        string[] arguments = [.. verb.Split(' '), "--local", "-f", "-", "-o", "json", argument];
        var (code, output, errors) = await KubectlCommand.RunAsync("http://127.0.0.1:1", sample.ToJsonString(), arguments);
        Assert.True(code == 0, errors);
        var missing = Missing(sample, JsonNode.Parse(output)!.AsObject(), "").Except(Omitted);
        Assert.Equal([], missing.Where(field => !field.EndsWith("stopSignal", StringComparison.Ordinal)));
    }


    private static IEnumerable<string> Missing(JsonObject ours, JsonObject theirs, string path)
    {
        foreach (var (name, value) in ours)
        {
            var at = $"{path}.{name}";
            if (theirs[name] is null)
                yield return at;
            foreach (var inner in Inside(value, theirs[name], at))
                yield return inner;
        }
    }

    private static IEnumerable<string> Inside(JsonNode? ours, JsonNode? theirs, string path) => (ours, theirs) switch
    {
        (JsonObject a, JsonObject b) => Missing(a, b, path),
        (JsonArray { Count: > 0 } a, JsonArray { Count: > 0 } b) => Inside(a[0], b[0], path),
        _ => [],
    };
}
