using System.Diagnostics;
using System.Globalization;
using System.Text;
using Weft.Cni.Runtime;
using Weft.Netlink.Namespaces;

namespace Weft.Cli.Bench;

/// <summary>Attaches and detaches one namespace again and again, the plugin folders in turn; runs inside namespaces of its own.</summary>
internal static class CniLoopBench
{
    /// <summary>Prints a line per folder: median of ADD and DEL in milliseconds, and the median of their ratios to the second folder's.</summary>
    public static async Task<int> RunAsync(string[] folders, int count, CancellationToken ct)
    {
        NetworkNamespace.CreateNamed("bench").Dispose();
        var plugins = folders.Select(Plugin).ToArray();
        var add = folders.Select(_ => new double[count]).ToArray();
        var del = folders.Select(_ => new double[count]).ToArray();
        for (var run = -1; run < count; run++)
        {
            for (var i = 0; i < plugins.Length; i++)
            {
                var container = new ContainerAttachment { ContainerId = $"bench-{i}-{run + 1}", Netns = NetworkNamespace.PathOf("bench") };
                var clock = Stopwatch.StartNew();
                await plugins[i].Runtime.AddAsync(plugins[i].List, container, ct);
                var added = clock.Elapsed.TotalMilliseconds;
                clock.Restart();
                await plugins[i].Runtime.DeleteAsync(plugins[i].List, container, ct);
                if (run < 0)
                    continue;
                add[i][run] = added;
                del[i][run] = clock.Elapsed.TotalMilliseconds;
            }
        }

        for (var i = 0; i < plugins.Length; i++)
            Print(Report.Median(add[i]), Report.Median(del[i]), Ratio(add[i], add[^1]), Ratio(del[i], del[^1]));
        NetworkNamespace.Delete("bench");
        return 0;
    }

    private static double Ratio(double[] ours, double[] theirs) => Report.Median(ours.Zip(theirs, (a, b) => a / b));

    private static void Print(params double[] figures) =>
        Console.WriteLine(string.Join(' ', figures.Select(figure => figure.ToString("0.####", CultureInfo.InvariantCulture))));

    private static (CniRuntime Runtime, NetworkConfigList List) Plugin(string folder, int index)
    {
        var configuration = $$"""
            { "cniVersion": "0.4.0", "name": "bench{{index}}", "type": "bridge", "bridge": "cni{{index}}", "isGateway": true,
              "ipam": { "type": "host-local", "subnet": "10.{{22 + index}}.0.0/16", "routes": [ { "dst": "0.0.0.0/0" } ] } }
            """;
        return (
            new CniRuntime(new CniRuntimeOptions { PluginDirectories = [folder] }),
            NetworkConfigList.Parse(Encoding.UTF8.GetBytes(configuration), $"bench{index}"));
    }
}
