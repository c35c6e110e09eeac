using System.CommandLine;
using Weft.Cli.Up;
using Weft.Compilers.Offline;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Cli.Rendering;

/// <summary>A cluster read from the manifests that a command names.</summary>
internal static class ManifestCluster
{
    public static Option<string[]> Files() =>
        new("--file", "-f") { Description = "Manifests: a file, a folder, a URL, or - for standard input; may be repeated.", HelpName = "FILE" };

    public static Option<bool> Quiet() => new("--quiet", "-q") { Description = "Do not say what was assumed." };

    /// <summary>Reads them, and says on standard error what had to be assumed.</summary>
    /// <exception cref="Kubernetes.Client.ManifestException">A file cannot be read.</exception>
    public static async Task<OfflineCluster> ReadAsync(IReadOnlyList<string> files, bool quiet, CancellationToken ct)
    {
        var manifests = await ManifestSources.ReadAsync(files, ct);
        var cluster = OfflineCluster.From(manifests.Select(manifest => manifest.Object));
        foreach (var note in quiet ? [] : cluster.Notes)
            Console.Error.WriteLine($"note: {note}");
        return cluster;
    }

    /// <summary>The node asked for, or the first one.</summary>
    /// <exception cref="UsageException">There is no such node.</exception>
    public static string NodeOf(ClusterSnapshot objects, string? asked)
    {
        var names = objects.Nodes.Select(node => node.Metadata.Name).Order(StringComparer.Ordinal).ToList();
        if (asked is null)
            return names.FirstOrDefault() ?? throw new UsageException("there is no node");
        return names.Contains(asked) ? asked : throw new UsageException($"--node {asked}: there is no such node; there are {string.Join(", ", names)}");
    }

    /// <summary>The InternalIPs of a node.</summary>
    public static IEnumerable<IpAddress> AddressesOf(ClusterSnapshot objects, string node) => objects.Nodes
        .Where(other => other.Metadata.Name == node)
        .SelectMany(other => other.Status.Addresses)
        .Where(address => address.Type == "InternalIP" && IpAddress.TryParse(address.Address, out _))
        .Select(address => IpAddress.Parse(address.Address));

    public static void Print(IEnumerable<Problem> problems)
    {
        foreach (var problem in problems)
            Console.Error.WriteLine($"problem: {problem}");
    }
}
