using System.CommandLine;
using Weft.Cli.Policies;
using Weft.Cli.Rendering;
using Weft.Cli.Up;
using Weft.Compilers.Policies.Reach;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab;
using Weft.Model;

namespace Weft.Cli.Commands;

/// <summary><c>weft policy diff</c>: connections that a change of policies opens or closes.</summary>
internal static class PolicyDiffCommand
{
    public static Command Create()
    {
        var sources = new Argument<string[]>("file") { Description = "Before and after, a file or folder each; with --lab or --kubeconfig, what would be applied to that.", Arity = ArgumentArity.OneOrMore, HelpName = "FILE" };
        var (common, quiet, output) = (ManifestCluster.Files(), ManifestCluster.Quiet(), LabOptions.Output("text", "json"));
        common.Description = "Manifests that are there before and after, such as pods; may be repeated.";
        var lab = LabChoice.Option("Compare with this running lab; `lab` unless named.");
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "Compare with this cluster.", HelpName = "FILE" };
        var command = new Command("diff", "Show which connections a change of policies opens or closes, and by which rule. Exit code 0 when none, 1 when some, 2 when files are wrong."
            .WithExample("weft policy diff old/ new/ -f pods.yaml", "weft policy diff policies/ --lab", "weft policy diff policies.yaml --kubeconfig ~/.kube/config -o json"))
        {
            sources, common, lab, kubeconfig, quiet, output,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var (before, after) = await ReadAsync(parsed.GetValue(sources)!, parsed.GetValue(common) ?? [], LabChoice.Of(parsed, lab), parsed.GetValue(kubeconfig), parsed.GetValue(quiet), ct);
            var difference = PolicyDiff.Between((before.Objects, before.Pods), (after.Objects, after.Pods));
            if (difference.Pods == 0)
                throw new UsageException("no pod is there both before and after, so there is nothing to compare: give the pods with -f FILE");
            Console.Write(parsed.GetValue(output) == "json" ? ReachText.Json(difference).ToJsonString() + "\n" : ReachText.Of(difference));
            return difference.Changes.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static async Task<(ReadCluster Before, ReadCluster After)> ReadAsync(
        string[] sources, string[] common, LabDirectory? lab, string? kubeconfig, bool quiet, CancellationToken ct)
    {
        try
        {
            if ((kubeconfig ?? (lab is null ? null : ClusterSource.KubeconfigOf(lab))) is { } config)
            {
                var live = await ClusterSource.LiveAsync(config, ct);
                return (live, Apply(live, await OfflineAsync([.. sources, .. common], quiet: true, ct)));
            }

            if (sources.Length != 2)
                throw new UsageException($"two files or folders are compared, before and after; {sources.Length} given. What both have goes into -f");
            return (await OfflineAsync([sources[0], .. common], quiet, ct), await OfflineAsync([sources[1], .. common], quiet: true, ct));
        }
        catch (Exception error) when (error is ManifestException or LabException or KubeApiException or KubeConfigException)
        {
            throw new UsageException(error.Message);
        }
    }

    private static async Task<ReadCluster> OfflineAsync(string[] files, bool quiet, CancellationToken ct)
    {
        var manifests = await ManifestSources.ReadAsync(files, ct);
        PolicyAdmission.Check(manifests);
        var cluster = ManifestCluster.Read(manifests, quiet);
        ManifestCluster.RefuseUnreadable(cluster);
        return new ReadCluster(cluster.Objects, cluster.Pods, manifests);
    }

    /// <summary>A cluster with policies and namespaces of files, as after `kubectl apply`.</summary>
    private static ReadCluster Apply(ReadCluster live, ReadCluster files)
    {
        var (now, applied) = (live.Objects.Policies, files.Objects.Policies);
        return live with
        {
            Objects = live.Objects with
            {
                Policies = now with
                {
                    Namespaces = Over(now.Namespaces, applied.Namespaces),
                    NetworkPolicies = Over(now.NetworkPolicies, applied.NetworkPolicies),
                    ClusterNetworkPolicies = Over(now.ClusterNetworkPolicies, applied.ClusterNetworkPolicies),
                },
            },
        };
    }

    private static EquatableArray<T> Over<T>(EquatableArray<T> now, EquatableArray<T> applied)
        where T : class, IKubeObject, IEquatable<T>
    {
        var keys = applied.Select(item => item.Key()).ToHashSet();
        return [.. now.Where(item => !keys.Contains(item.Key())), .. applied];
    }
}
