using System.CommandLine;
using Weft.Cli.Policies;
using Weft.Cli.Rendering;
using Weft.Compilers.Policies.Reach;
using Weft.Compilers.Tracing;
using Weft.Kubernetes;

namespace Weft.Cli.Commands;

/// <summary><c>weft policy explain</c>: what policies mean for one pod, in plain words.</summary>
internal static class PolicyExplainCommand
{
    public static Command Create()
    {
        var pod = new Argument<string>("pod") { Description = "The pod, [NAMESPACE/]NAME.", HelpName = "POD" };
        var (source, ns, output) = (new ClusterSource(), LabOptions.Namespace(), LabOptions.Output("text", "json"));
        var command = new Command("explain", "Say in plain words what policies mean for a pod: which isolate it, who reaches it on what, whom it reaches, and by which rule."
            .WithExample("weft policy explain db", "weft policy explain mine/batch -f examples/policies", "weft policy explain db -o json"))
        {
            pod, ns, output,
        };
        source.AddTo(command);
        command.SetAction(async (parsed, ct) =>
        {
            var cluster = await source.ReadAsync(parsed, ct);
            var explainer = new PolicyExplainer(cluster.Objects, cluster.Pods);
            ManifestCluster.Print(explainer.Problems);
            var explanation = explainer.Explain(Find(cluster, parsed.GetValue(pod)!, parsed.GetValue(ns)!));
            Console.Write(parsed.GetValue(output) == "json" ? ReachText.Json(explanation).ToJsonString() + "\n" : ReachText.Of(explanation, PolicyPlaces.Of(cluster.Manifests)));
            return 0;
        });
        return command;
    }

    /// <exception cref="TraceException">There is no such pod.</exception>
    private static ObjectKey Find(ReadCluster cluster, string text, string ns)
    {
        var name = text.StartsWith("pod/", StringComparison.Ordinal) ? text[4..] : text;
        var key = name.Split('/') is [var space, var plain] ? new ObjectKey(space, plain) : new ObjectKey(ns, name);
        var pods = cluster.Objects.Policies.Pods.Select(pod => pod.Key()).Order().ToList();
        if (pods.Contains(key))
            return key;

        // The name of a workload stands for its first pod, as in traces.
        var first = pods.Where(pod => pod.Namespace == key.Namespace && pod.Name.StartsWith(key.Name + "-", StringComparison.Ordinal)).ToList();
        return first.Count > 0 ? first[0] : throw new TraceException($"there is no pod {key}; there are {string.Join(", ", pods.Take(20))}{(pods.Count > 20 ? " and more" : "")}");
    }
}
