using System.Diagnostics;
using Weft.Compilers.Policies;
using Weft.Compilers.Policies.Nftables;
using Weft.Model.Nftables;
using Weft.Netlink.Nftables;

namespace Weft.Cli.Bench.Policies;

/// <summary>How long a node takes from the objects to what the kernel enforces, and for one pod that changes.</summary>
internal static class PolicyProgramming
{
    /// <summary>Times of one size, in milliseconds.</summary>
    /// <param name="Cold">The first compilation of this process of that size.</param>
    /// <param name="Compile">Compilation, median.</param>
    /// <param name="Apply">Plan and acknowledgement of the kernel, median.</param>
    /// <param name="Relabelled">All of it for a pod that gets other labels, median.</param>
    /// <param name="RelabelledWorst">99 of 100.</param>
    /// <param name="Added">The same for a pod more, median.</param>
    /// <param name="AddedWorst">99 of 100.</param>
    /// <param name="Elements">What the kernel has then.</param>
    public readonly record struct Times(double Cold, double Compile, double Apply, double Relabelled, double RelabelledWorst, double Added, double AddedWorst, int Elements);

    /// <summary>Programs a cluster anew <paramref name="runs"/> times, and changes it.</summary>
    public static Times Measure(int policies, int pods, int runs, int changes)
    {
        using var filter = new KernelNftables();
        var cluster = new PolicyCluster(policies, pods);
        var (compile, apply) = (new double[runs], new double[runs]);
        var elements = 0;
        double[] relabelled = [], added = [];
        for (var run = 0; run < runs; run++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            var compiler = new PolicyCompiler();
            var program = NftPolicyProgram.Adopt(null);
            PolicyCompilation compiled = null!;
            NftBatch batch = null!;
            compile[run] = Time(() => compiled = compiler.Compile(cluster.Snapshot, PolicyCluster.Node));
            apply[run] = Time(() => filter.Apply(batch = program.Plan(compiled.Table)));
            program.Commit();
            elements = batch.Operations.OfType<NftAddElements>().Sum(add => add.Elements.Count);
            if (run == runs - 1)
            {
                relabelled = Changes(cluster.RelabelOne);
                added = Changes(cluster.AddOne);
            }

            filter.Apply(new NftBatch([new NftDeleteTable(NftPolicyProgram.Routed)]));

            double[] Changes(Action change) => [.. Enumerable.Range(0, changes).Select(_ => Time(() =>
            {
                change();
                filter.Apply(program.Plan(compiler.Compile(cluster.Snapshot, PolicyCluster.Node).Table));
                program.Commit();
            })).Order()];
        }

        return new Times(
            compile[0], Report.Median(compile), Report.Median(apply), Report.Median(relabelled), relabelled[changes * 99 / 100], Report.Median(added), added[changes * 99 / 100], elements);
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
