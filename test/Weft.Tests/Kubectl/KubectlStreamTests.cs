using Weft.Tests.Streaming;

namespace Weft.Tests.Kubectl;

/// <summary>kubectl exec, logs and attach against the streaming endpoints.</summary>
public sealed class KubectlStreamTests
{
    private const string Pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web, namespace: default}
        spec:
          nodeName: node-1
          containers: [{name: web, image: weft/host}]
        status: {phase: Running}
        """;

    private readonly FakePodRuntime _runtime = new();

    [Fact]
    public async Task Exec_shows_output_and_passes_the_exit_code_on()
    {
        var (code, output, errors) = await RunAsync(null, "exec", "web", "--", "sh", "-c", "echo out; echo err >&2; exit 3");
        Assert.Equal(3, code);
        Assert.Equal("out\n", output);
        Assert.Equal("err\ncommand terminated with exit code 3\n", errors);
    }

    [Fact]
    public async Task Exec_sends_input_and_its_end()
    {
        var (code, output, errors) = await RunAsync("to be sorted\nand\n", "exec", "-i", "web", "--", "sort");
        Assert.True(code == 0, errors);
        Assert.Equal("and\nto be sorted\n", output);
    }

    [Fact]
    public async Task Exec_of_a_missing_program_says_so()
    {
        var (code, _, errors) = await RunAsync(null, "exec", "web", "--", "missing");
        Assert.Equal(1, code);
        Assert.Contains("executable file not found", errors);
    }

    [Fact]
    public async Task Exec_in_a_container_that_does_not_exist_says_so()
    {
        var (code, _, errors) = await RunAsync(null, "exec", "web", "-c", "db", "--", "true");
        Assert.Equal(1, code);
        Assert.Contains("container db is not valid for pod web", errors);
    }

    [Fact]
    public async Task Logs_follow_to_the_end()
    {
        var (code, output, errors) = await RunAsync(null, "logs", "-f", "--tail=1", "web");
        Assert.True(code == 0, errors);
        Assert.Equal("three\nlater\n", output);
    }

    [Fact]
    public async Task Logs_of_a_run_that_never_was_are_an_error()
    {
        var (code, _, errors) = await RunAsync(null, "logs", "--previous", "web");
        Assert.Equal(1, code);
        Assert.Contains("previous terminated container \"web\" in pod \"web\" not found", errors);
    }

    [Fact]
    public async Task Attach_shows_what_comes_from_now_on()
    {
        var (code, output, errors) = await RunAsync(null, "attach", "web");
        Assert.True(code == 0, errors);
        Assert.Equal("later\n", output);
    }

    [Fact]
    public async Task Port_forward_is_refused_with_the_way_out()
    {
        var (code, _, errors) = await RunAsync(null, "port-forward", "web", "0:80");
        Assert.Equal(1, code);
        Assert.Contains("weft up --publish", errors);
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(string? input, params string[] arguments)
    {
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        await using var server = await KubectlServer.StartAsync(_runtime);
        server.Put("api/v1/namespaces/default/pods/web", Pod);
        return await KubectlCommand.RunAsync(server.Url, input, arguments);
    }
}
