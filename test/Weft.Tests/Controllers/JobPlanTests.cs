using Weft.Kubernetes;
using Weft.Lab.Controllers;

namespace Weft.Tests.Controllers;

/// <summary>What a Job does next.</summary>
public sealed class JobPlanTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddHours(1);

    [Fact]
    public void As_many_pods_run_as_may_and_are_still_needed()
    {
        Assert.Equal(2, Plan(Job(completions: 5, parallelism: 2)).Create.Count);
        Assert.Single(Plan(Job(completions: 2, parallelism: 2) with { Status = new() { Succeeded = 1 } }).Create);
        Assert.Empty(Plan(Job(completions: 5, parallelism: 1), Pod("a", "Running")).Create);
        Assert.Single(Plan(Job(completions: 5, parallelism: 1), Pod("a", "Running"), Pod("b", "Running")).Delete);
    }

    [Fact]
    public void Without_completions_the_first_success_lets_the_others_end()
    {
        var job = Job(completions: null, parallelism: 3);
        Assert.Equal(3, Plan(job).Create.Count);
        var one = Plan(job, Pod("a", "Succeeded"), Pod("b", "Running"));
        Assert.Equal((0, 0, false), (one.Create.Count, one.Delete.Count, one.Status.Conditions.IsTrue("SuccessCriteriaMet")));
        Assert.True(Plan(job, Pod("a", "Succeeded")).Status.Conditions.IsTrue("SuccessCriteriaMet"));
    }

    [Fact]
    public void A_pod_is_counted_once_between_its_noting_and_its_release()
    {
        var job = Job(completions: 3, parallelism: 1);
        var noted = Plan(job, Pod("a", "Succeeded")).Status;
        Assert.Equal((0, 1), (noted.Succeeded, JobAccounts.Succeeded(noted)));
        var again = Plan(job with { Status = noted }, Pod("a", "Succeeded")).Status;
        Assert.Equal(noted, again);
        var released = Plan(job with { Status = noted }, Pod("a", "Succeeded", held: false)).Status;
        Assert.Equal((1, 1), (released.Succeeded, JobAccounts.Succeeded(released)));
        Assert.Equal(1, JobAccounts.Succeeded(Plan(job with { Status = released }, Pod("a", "Succeeded", held: false)).Status));
        Assert.Equal(1, JobAccounts.Succeeded(Plan(job with { Status = noted }).Status));
    }

    [Fact]
    public void A_failed_pod_is_followed_by_another_after_a_growing_pause()
    {
        var job = Job(completions: 1, parallelism: 1);
        Assert.Equal((0, TimeSpan.FromSeconds(10)), Paused(job, Pod("a", "Failed", age: 0)));
        Assert.Equal((0, TimeSpan.FromSeconds(15)), Paused(job, Pod("a", "Failed", age: 30), Pod("b", "Failed", age: 5)));
        Assert.Equal((1, null), Paused(job, Pod("a", "Failed", age: 10)));
    }

    [Fact]
    public void Too_many_failures_or_too_long_a_time_end_a_job()
    {
        var failing = Job(completions: 1, parallelism: 1) with { Status = new() { Failed = 7 } };
        var plan = Plan(failing, Pod("a", "Running"));
        Assert.Equal(("FailureTarget", 1), (Assert.Single(plan.Status.Conditions).Type, plan.Delete.Count));
        Assert.Equal("BackoffLimitExceeded", Plan(failing with { Status = plan.Status }).Status.Conditions.Find("Failed")!.Reason);
        var slow = Job(completions: 1, parallelism: 1) with { Status = new() { StartTime = Now.AddSeconds(-5) } };
        Assert.Equal("DeadlineExceeded", Plan(slow with { Spec = slow.Spec with { ActiveDeadlineSeconds = 5 } }).Status.Conditions.Find("Failed")!.Reason);
        Assert.Equal(TimeSpan.FromSeconds(1), Plan(slow with { Spec = slow.Spec with { ActiveDeadlineSeconds = 6 } }).Wait);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("1")]
    [InlineData("1,2")]
    [InlineData("1,3-5,7")]
    public void Numbers_are_written_as_they_are_read(string? text) => Assert.Equal(text, IndexSet.Format(IndexSet.Parse(text)));

    private static (int, TimeSpan?) Paused(Job job, params Pod[] pods) => Plan(job, pods) is var plan ? (plan.Create.Count, plan.Wait) : default;

    private static JobPlan Plan(Job job, params Pod[] pods) => JobPlan.For(job, pods, Now);

    private static Job Job(int? completions, int parallelism) =>
        new() { Metadata = new() { Name = "j" }, Spec = new() { Completions = completions, Parallelism = parallelism, BackoffLimit = 6 } };

    private static Pod Pod(string uid, string phase, bool held = true, int age = 100) => new()
    {
        Metadata = new() { Name = uid, Uid = uid, Finalizers = held ? [JobPod.Finalizer] : default },
        Status = new() { Phase = phase, ContainerStatuses = [new() { State = new() { Terminated = new() { FinishedAt = Now.AddSeconds(-age) } } }] },
    };
}
