using System.CommandLine;
using Weft.Cli.Commands;
using Weft.Cli.Tracing;
using Weft.Cli.Up;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab;
using Weft.Model;

namespace Weft.Cli.Rendering;

/// <summary>The options that say which cluster a command looks at: manifests, a lab, or any cluster; and its objects.</summary>
internal sealed class ClusterSource
{
    private readonly Option<string[]> _files = ManifestCluster.Files();
    private readonly Option<bool> _quiet = ManifestCluster.Quiet();
    private readonly Option<string> _name = LabOptions.Name();
    private readonly Option<string?> _kubeconfig = new("--kubeconfig") { Description = "Read the objects of this cluster instead of the lab's.", HelpName = "FILE" };

    /// <summary>Gives a command these options.</summary>
    public void AddTo(Command command)
    {
        command.Add(_files);
        command.Add(_quiet);
        command.Add(_name);
        command.Add(_kubeconfig);
    }

    /// <summary>Reads the cluster.</summary>
    public async Task<ReadCluster> ReadAsync(ParseResult parsed, CancellationToken ct)
    {
        if (parsed.GetValue(_files) is not { Length: > 0 } files)
            return await LiveAsync(parsed.GetValue(_kubeconfig) ?? KubeconfigOf(parsed.Lab(_name)), ct);
        var manifests = await ManifestSources.ReadAsync(files, ct);
        var cluster = ManifestCluster.Read(manifests, parsed.GetValue(_quiet));
        return new ReadCluster(cluster.Objects, cluster.Pods, manifests);
    }

    /// <summary>Reads a cluster that runs.</summary>
    public static async Task<ReadCluster> LiveAsync(string kubeconfig, CancellationToken ct)
    {
        using var client = new KubeClient(KubeConfig.Load(kubeconfig));
        var (objects, pods) = await LiveObjects.ReadAsync(client, ct);
        return new ReadCluster(objects, pods, []);
    }

    /// <summary>The way into a lab.</summary>
    /// <exception cref="LabException">It does not run.</exception>
    public static string KubeconfigOf(LabDirectory lab) => File.Exists(lab.Kubeconfig)
        ? lab.Kubeconfig
        : throw new LabException($"there is no running lab '{lab.Name}': `weft up` starts one; -f FILE looks at manifests offline");
}

/// <summary>A cluster as it was read.</summary>
/// <param name="Objects">What compilers read.</param>
/// <param name="Pods">Its pods.</param>
/// <param name="Manifests">The manifests that it was read from; none of one that runs.</param>
internal sealed record ReadCluster(ClusterSnapshot Objects, EquatableArray<Pod> Pods, IReadOnlyList<Manifest> Manifests);
