using System.CommandLine;
using Weft.Cli.Up;
using Weft.Compilers.Offline;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.Cli.Rendering;

/// <summary>A cluster read from the manifests that a command names.</summary>
internal static class ManifestCluster
{
    public static Option<string[]> Files() =>
        new("--file", "-f") { Description = "Manifests: a file, a folder, a URL, or - for standard input; may be repeated.", HelpName = "FILE" };

    public static Option<bool> Quiet() => new("--quiet", "-q") { Description = "Do not say what was assumed." };

    /// <summary>Reads them, and says on standard error what had to be assumed.</summary>
    /// <exception cref="ManifestException">A file cannot be read.</exception>
    public static async Task<OfflineCluster> ReadAsync(IReadOnlyList<string> files, bool quiet, CancellationToken ct) =>
        Read(await ManifestSources.ReadAsync(files, ct), quiet);

    /// <summary>The cluster of manifests; says on standard error what had to be assumed.</summary>
    public static OfflineCluster Read(IEnumerable<Manifest> manifests, bool quiet)
    {
        var cluster = OfflineCluster.From(manifests.Select(manifest => manifest.Object));
        foreach (var note in quiet ? [] : cluster.Notes)
            Console.Error.WriteLine($"note: {note}");
        return cluster;
    }

    /// <summary>A verdict must not rest on what is left of manifests.</summary>
    /// <exception cref="UsageException">An object cannot be read.</exception>
    public static void RefuseUnreadable(OfflineCluster cluster)
    {
        if (cluster.LeftOut.Any())
            throw new UsageException(string.Join('\n', cluster.LeftOut));
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
