using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.EndToEnd.Support;

/// <summary>A user of the <c>weft</c> command with a home of its own: this user, or an ordinary one.</summary>
public sealed class TestLab : IAsyncDisposable
{
    private const string Nobody = "65534";
    private readonly string[] _prefix;
    private readonly Dictionary<string, string> _environment;

    /// <param name="ordinaryUser">Run as a user without any right; where the tests themselves are one, as that.</param>
    public TestLab(bool ordinaryUser = false)
    {
        Home = Directory.CreateTempSubdirectory("weft-e2e-").FullName;
        var drop = ordinaryUser && Environment.IsPrivilegedProcess;
        if (drop)
            File.SetUnixFileMode(Home, (UnixFileMode)Convert.ToInt32("777", 8));
        _prefix = drop ? ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups"] : [];
        _environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["WEFT_HOME"] = Path.Combine(Home, "w"), ["HOME"] = Home };
    }

    public string Home { get; }

    /// <summary>What the lab keeps on the host.</summary>
    public string Folder => Path.Combine(Home, "w", "labs", "lab");

    public string Kubeconfig => Path.Combine(Folder, "kubeconfig");

    public Task<Outcome> WeftAsync(params string[] arguments) => FeedWeftAsync(input: null, arguments);

    public Task<Outcome> FeedWeftAsync(string? input, params string[] arguments) =>
        Shell.RunAsync([.. _prefix, Path.Combine(Shell.Root, "weft"), .. arguments], _environment, input);

    public System.Diagnostics.Process StartWeft(params string[] arguments) =>
        Shell.Start([.. _prefix, Path.Combine(Shell.Root, "weft"), .. arguments], _environment);

    public Task<Outcome> KubectlAsync(params string[] arguments) => FeedKubectlAsync(input: null, arguments);

    public Task<Outcome> FeedKubectlAsync(string? input, params string[] arguments) =>
        Shell.RunAsync(["kubectl", "--kubeconfig", Kubeconfig, .. arguments], _environment, input);

    public System.Diagnostics.Process StartKubectl(params string[] arguments) =>
        Shell.Start(["kubectl", "--kubeconfig", Kubeconfig, .. arguments], _environment);

    /// <summary>The one cluster of <c>weft status -o json</c>.</summary>
    public async Task<JsonNode> StatusAsync() =>
        JsonNode.Parse((await WeftAsync("status", "-o", "json")).Succeeded().Output)!["clusters"]![0]!;

    /// <summary>Addresses of the running pods by name.</summary>
    public async Task<Dictionary<string, string>> PodAddressesAsync() =>
        (await StatusAsync())["pods"]!.AsArray()
            .Where(pod => pod!["ip"] is not null)
            .ToDictionary(pod => pod!["name"]!.GetValue<string>(), pod => pod!["ip"]!.GetValue<string>(), StringComparer.Ordinal);

    public async Task<JsonElement> ProbeAsync(params string[] arguments)
    {
        var outcome = (await WeftAsync(["probe", "-o", "json", .. arguments])).Succeeded();
        return JsonDocument.Parse(outcome.Output).RootElement;
    }

    /// <summary>Processes of the host whose command line names this lab's home.</summary>
    public IReadOnlyList<string> Leftovers()
    {
        var left = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var pid) || pid == Environment.ProcessId)
                continue;
            try
            {
                var command = File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ');
                if (command.Contains(Home, StringComparison.Ordinal))
                    left.Add($"{pid} {command}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked.
            }
        }

        return left;
    }

    public async ValueTask DisposeAsync()
    {
        await WeftAsync("down", "--all", "--purge");
        for (var attempt = 0; Directory.Exists(Home); attempt++)
        {
            try
            {
                Directory.Delete(Home, recursive: true);
            }
            catch (IOException) when (attempt < 100)
            {
                // A program that was killed wrote its last file just now.
                await Task.Delay(50);
            }
        }
    }
}
