using Weft.Kubernetes;
using Weft.Tests.Kubectl;

namespace Weft.Tests.Controllers;

/// <summary>Jobs in a cluster whose kubelets end pods as they are told.</summary>
public sealed class JobTests
{
    private const string Manifest = """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: work, namespace: default}
        spec:
          completions: 3
          parallelism: 2
          template: {spec: {restartPolicy: Never, containers: [{name: c, image: weft/x}]}}
        """;

    [Fact]
    public async Task Kubectl_makes_a_job_and_waits_for_its_end()
    {
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        cluster.Kubelet.EndsAs = _ => "Succeeded";
        Assert.Contains("job.batch/j created", await cluster.KubectlAsync("create", "job", "j", "--image=x", "--", "true"), StringComparison.Ordinal);
        await cluster.KubectlAsync("wait", "--for=condition=complete", "job/j", "--timeout=60s");
        Assert.Matches(@"j +Complete +1/1 +\d+s +\d+s", await cluster.KubectlAsync("get", "jobs"));
        Assert.Contains("Pods Statuses:    0 Active (0 Ready) / 1 Succeeded / 0 Failed", await cluster.KubectlAsync("describe", "job", "j"), StringComparison.Ordinal);
        await cluster.KubectlAsync("delete", "job", "j");
        await cluster.UntilAsync<Pod>(all => all.Count == 0);
    }

    [Fact]
    public async Task Pods_are_made_until_enough_have_succeeded_and_none_is_held_afterwards()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        cluster.Kubelet.EndsAs = _ => "Succeeded";
        await cluster.CreateAsync<Job>(Manifest);
        var job = (await cluster.UntilAsync<Job>(all => all[0].Status.Conditions.IsTrue("Complete")))[0];
        Assert.Equal((3, 0, 0), (job.Status.Succeeded, job.Status.Failed, job.Status.Active));
        Assert.NotNull(job.Status.CompletionTime);
        var pods = await cluster.ListAsync<Pod>();
        Assert.Equal(3, pods.Count);
        Assert.All(pods, pod => Assert.Equal((0, "work"), (pod.Metadata.Finalizers.Count, pod.Metadata.Labels.Find("batch.kubernetes.io/job-name"))));
    }

    [Fact]
    public async Task A_job_whose_pods_fail_fails_and_goes_when_its_time_is_over()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        cluster.Kubelet.EndsAs = _ => "Failed";
        await cluster.CreateAsync<Job>(Manifest.Replace("completions: 3", "backoffLimit: 0", StringComparison.Ordinal));
        var failed = (await cluster.UntilAsync<Job>(all => all[0].Status.Conditions.IsTrue("Failed")))[0];
        Assert.Equal("BackoffLimitExceeded", failed.Status.Conditions.Find("Failed")!.Reason);
        await cluster.Client.ModifyAsync<Job>("default", "work", job => job with { Spec = job.Spec with { TtlSecondsAfterFinished = 0 } });
        await cluster.UntilAsync<Job>(all => all.Count == 0);
        await cluster.UntilAsync<Pod>(all => all.Count == 0);
    }

    [Fact]
    public async Task A_suspended_job_has_no_pods_and_goes_on_when_resumed()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.CreateAsync<Job>(Manifest);
        await cluster.UntilAsync<Job>(all => all[0].Status is { Active: 2, Ready: 2 });
        await cluster.Client.ModifyAsync<Job>("default", "work", job => job with { Spec = job.Spec with { Suspend = true } });
        await cluster.UntilAsync<Pod>(all => all.Count == 0);
        await cluster.UntilAsync<Job>(all => all[0].Status.Conditions.IsTrue("Suspended"));
        await cluster.Client.ModifyAsync<Job>("default", "work", job => job with { Spec = job.Spec with { Suspend = false, BackoffLimit = 100 } });
        await cluster.UntilAsync<Job>(all => all[0].Status.Conditions.Find("Suspended")?.Status == "False");
    }

    [Fact]
    public async Task Numbered_pods_of_a_job_succeed_once_each()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        cluster.Kubelet.EndsAs = _ => "Succeeded";
        await cluster.CreateAsync<Job>(Manifest.Replace("completions: 3", "completions: 4\n  completionMode: Indexed", StringComparison.Ordinal));
        var job = (await cluster.UntilAsync<Job>(all => all[0].Status.Conditions.IsTrue("Complete")))[0];
        Assert.Equal("0-3", job.Status.CompletedIndexes);
        Assert.Equal(["work-0", "work-1", "work-2", "work-3"], (await cluster.ListAsync<Pod>()).Select(pod => pod.Spec.Hostname).Order());
    }
}
