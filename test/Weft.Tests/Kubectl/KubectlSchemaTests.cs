namespace Weft.Tests.Kubectl;

/// <summary>What kubectl makes of the schemas.</summary>
public sealed class KubectlSchemaTests
{
    private const string Deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: default}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
              - {name: web, image: "nginx:1", ports: [{containerPort: 80}]}
              - {name: side, image: "side:1"}
        """;

    [Fact]
    public async Task Apply_creates_changes_and_then_leaves_alone()
    {
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        await using var server = await KubectlServer.StartAsync();
        await ApplyAsync(server, Deployment, "deployment.apps/web created");
        await ApplyAsync(server, Deployment, "deployment.apps/web unchanged");
        await ApplyAsync(server, Deployment.Replace("nginx:1", "nginx:2", StringComparison.Ordinal), "deployment.apps/web configured");

        var containers = server.Get("apis/apps/v1/namespaces/default/deployments/web")!["spec"]!["template"]!["spec"]!["containers"]!.AsArray();
        Assert.Equal(["nginx:2", "side:1"], containers.Select(c => (string)c!["image"]!));
        Assert.DoesNotContain(server.Requests, r => r.Contains("openapi/v2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Strict_validation_names_the_unknown_field()
    {
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        await using var server = await KubectlServer.StartAsync();
        var (code, _, errors) = await KubectlCommand.RunAsync(
            server.Url, Deployment.Replace("selector:", "foo: 1\n  selector:", StringComparison.Ordinal), "apply", "--validate=strict", "-f", "-");
        Assert.Equal(1, code);
        Assert.Contains("strict decoding error: unknown field \"spec.foo\"", errors);
    }

    [Fact]
    public async Task Explain_shows_fields_types_and_descriptions()
    {
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        await using var server = await KubectlServer.StartAsync();
        var (code, output, errors) = await KubectlCommand.RunAsync(server.Url, null, "explain", "pod.spec.containers");
        Assert.True(code == 0, errors);
        Assert.Contains("FIELD: containers <[]Container>", output);
        Assert.Contains("imagePullPolicy\t<string>", output);
        Assert.Contains("-required-", output);
    }

    private static async Task ApplyAsync(KubectlServer server, string manifest, string said)
    {
        var (code, output, errors) = await KubectlCommand.RunAsync(server.Url, manifest, "apply", "-f", "-");
        Assert.True(code == 0, errors);
        Assert.Equal(said, output.Trim());
    }
}
