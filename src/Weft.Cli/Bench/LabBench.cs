using System.Globalization;
using System.Text.Json;
using Weft.Lab;
using Weft.Lab.Control;

namespace Weft.Cli.Bench;

/// <summary>What a user waits for and what a lab weighs: 2 nodes, 6 pods.</summary>
internal static class LabBench
{
    private const string Manifest = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: web }
        spec:
          replicas: 6
          selector: { matchLabels: { app: web } }
          template:
            metadata: { labels: { app: web } }
            spec:
              containers: [{ name: web, image: nginx, ports: [{ containerPort: 80 }] }]
        """;

    public static async Task<IReadOnlyList<Figure>> RunAsync(int runs, CancellationToken ct)
    {
        var name = $"bench-{Environment.ProcessId}";
        var (up, down, parts, standIn) = (new List<double>(), new List<double>(), new List<PartReport[]>(), new List<double>());
        for (var run = 0; run < runs; run++)
        {
            try
            {
                up.Add((await Tool.WeftAsync(["up", "--name", name, "-"], Manifest, ct)).Seconds);
                await Tool.WeftAsync(["probe", "--name", name, "--expect", "all"], input: null, ct);
                var (json, _) = await Tool.WeftAsync(["status", "--name", name, "-o", "json"], input: null, ct);
                var cluster = JsonSerializer.Deserialize(json, LabJson.Default.LabStatus)!.Clusters[0];
                parts.Add([.. cluster.Parts]);
                standIn.Add(await StandInMegabytesAsync(name, cluster.Pods[0].Name, ct));
            }
            finally
            {
                down.Add((await Tool.WeftAsync(["down", "--name", name], input: null, CancellationToken.None)).Seconds);
            }
        }

        var ls = new List<double>();
        for (var run = 0; run < runs; run++)
            ls.Add((await Tool.RunAsync(Launcher("ls"), input: null, ct)).Seconds);
        return
        [
            Figure.AtMost("up, 2 nodes and 6 pods, all Ready", Report.Median(up), 3, "s"),
            Figure.Told("down", Report.Median(down), "s"),
            Figure.AtMost("ls with nothing to build", Report.Median(ls), 0.4, "s"),
            Figure.AtMost("API server and supervisor, resident", Report.Median(parts.Select(p => Megabytes(p[0]))), 200, "MB"),
            Figure.AtMost("an agent, resident", Report.Median(parts.Select(p => p.Skip(1).Max(Megabytes))), 100, "MB"),
            Figure.AtMost("a stand-in, resident", Report.Median(standIn), 8, "MB"),
        ];
    }

    private static double Megabytes(PartReport part) => part.ResidentBytes / 1e6;

    private static async Task<double> StandInMegabytesAsync(string name, string pod, CancellationToken ct)
    {
        var (status, _) = await Tool.WeftAsync(["exec", "--name", name, pod, "--", "cat", "/proc/1/status"], input: null, ct);
        var line = status.Split('\n').First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line["VmRSS:".Length..^"kB".Length], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    // The launcher of the checkout where there is one, so that its share counts.
    private static string[] Launcher(params string[] arguments)
    {
        var script = Path.GetFullPath(Path.Combine(Installation.Current.Root, "..", "..", "..", "weft"));
        return File.Exists(script) ? [script, .. arguments] : [Installation.Current.Dotnet, Installation.Current.WeftDll, .. arguments];
    }
}
