using System.Text;
using System.Text.Json;
using Weft.EndToEnd.Support;

namespace Weft.EndToEnd.Policies;

/// <summary>A lab with pods x, y and z in the namespaces a, b and c, a Service of its own before each, and what its packets say of policies.</summary>
internal sealed class NinePods(TestLab lab)
{
    private const int TimeoutMilliseconds = 1000;
    private static readonly string[] Names = [.. from space in (string[])["a", "b", "c"] from pod in (string[])["x", "y", "z"] select $"{space}/{pod}"];

    /// <summary>Starts it on two nodes, with both address families.</summary>
    public async Task StartAsync()
    {
        var manifests = ((string[])["a", "b", "c"]).Select(space => $$"""
            {apiVersion: v1, kind: Namespace, metadata: {name: {{space}}, labels: {ns: {{space}} } } }
            """).Concat(Names.Select(name => Pod(name, name[2..]) + "\n---\n" + Service(name)));
        (await lab.FeedWeftAsync(string.Join("\n---\n", manifests), "up", "-", "--nodes", "2", "--ip-family", "dual")).Succeeded();
    }

    /// <summary>A pod that serves port 80.</summary>
    /// <param name="name">Namespace and name.</param>
    /// <param name="label">Its label <c>pod</c>.</param>
    public static string Pod(string name, string label) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: {namespace: {{name[..1]}}, name: '{{name[2..]}}', labels: {pod: '{{label}}', own: '{{name[2..]}}' } }
        spec: {containers: [{name: c, image: web, ports: [{name: http, containerPort: 80}]}]}
        """;

    /// <summary>Applies objects.</summary>
    public async Task ApplyAsync(string yaml) => (await lab.FeedKubectlAsync(yaml, "apply", "-f", "-")).Succeeded();

    /// <summary>Any other command.</summary>
    public async Task KubectlAsync(string command) => (await lab.KubectlAsync(command.Split(' '))).Succeeded();

    /// <summary>Waits until every pod reaches just those that a rule says, and itself.</summary>
    public async Task PassAsync(string step, Func<string, string, bool> rule)
    {
        var seen = "";
        try
        {
            await Shell.UntilAsync(async () => (seen = await DifferenceAsync(rule)).Length == 0, step);
        }
        catch (Xunit.Sdk.XunitException failure)
        {
            Assert.Fail($"{failure.Message}\nrows connect to columns; lower case: as expected, upper case: not\n{seen}");
        }
    }

    /// <summary>Waits until just these pods reach a pod through its Service.</summary>
    public Task ThroughServiceAsync(string step, string pod, params string[] clients) => Shell.UntilAsync(
        async () =>
        {
            var address = (await lab.KubectlAsync("get", "service", pod[2..], "-n", pod[..1], "-o", "jsonpath={.spec.clusterIP}")).Succeeded().Output;
            var report = await lab.ProbeAsync("--to", $"{address}:80", "--timeout", $"{TimeoutMilliseconds}");
            return Results(report).Where(result => result.Reached).Select(result => result.From).Order(StringComparer.Ordinal).SequenceEqual(clients);
        },
        $"{step}: the Service of {pod} is reached by {string.Join(", ", clients)}");

    /// <summary>Empty when nothing differs; else a line for each client, with y and n for what is as expected, Y and N for what is not.</summary>
    private async Task<string> DifferenceAsync(Func<string, string, bool> rule)
    {
        var results = Results(await lab.ProbeAsync("--port", "80", "--timeout", $"{TimeoutMilliseconds}")).ToLookup(result => (result.From, result.To), result => result.Reached);
        var (text, same) = (new StringBuilder("    " + string.Join(' ', Names) + "\n"), true);
        foreach (var from in Names)
        {
            text.Append(from);
            foreach (var to in Names)
            {
                var (expected, reached) = (from == to || rule(from, to), results[(from, to)].ToList());
                var fits = reached.Count == 2 && reached.TrueForAll(one => one == expected);
                same &= fits;
                text.Append("   ").Append((fits, reached.Count == 2 && reached[0]) switch { (true, true) => 'y', (true, _) => 'n', (_, true) => 'Y', _ => 'N' });
            }

            text.Append('\n');
        }

        return same ? "" : text.ToString();
    }

    private static IEnumerable<(string From, string To, bool Reached)> Results(JsonElement report) => report.GetProperty("results").EnumerateArray()
        .Select(result => (result.GetProperty("from").GetString()!, result.GetProperty("to").GetString()!, result.GetProperty("reached").GetBoolean()));

    private static string Service(string name) => $$"""
        apiVersion: v1
        kind: Service
        metadata: {namespace: {{name[..1]}}, name: '{{name[2..]}}'}
        spec: {selector: {own: '{{name[2..]}}'}, ports: [{port: 80, targetPort: http}]}
        """;
}
