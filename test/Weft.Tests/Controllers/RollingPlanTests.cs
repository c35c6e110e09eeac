using FsCheck;
using FsCheck.Fluent;
using Weft.Kubernetes;
using Weft.Lab.Controllers;

namespace Weft.Tests.Controllers;

public sealed class RollingPlanTests
{
    [Theory]
    [InlineData(4, null, null, 1, 1)]
    [InlineData(1, null, null, 1, 0)]
    [InlineData(10, "30%", "0", 3, 0)]
    [InlineData(10, "0", "0%", 0, 1)]
    [InlineData(3, "1", "25%", 1, 0)]
    public void Limits_round_surge_up_and_missing_pods_down(int replicas, string? surge, string? unavailable, int expectedSurge, int expectedUnavailable)
    {
        var spec = new DeploymentSpec { Replicas = replicas, Strategy = new() { RollingUpdate = new() { MaxSurge = Parse(surge), MaxUnavailable = Parse(unavailable) } } };
        Assert.Equal((expectedSurge, expectedUnavailable), RollingPlan.Limits(spec));
    }

    /// <summary>A random walk: pods start, pods break, and after every step the two promises of a rolling update hold.</summary>
    [Fact]
    public void An_update_keeps_its_limits_whatever_the_pods_do_and_comes_to_an_end() =>
        Prop.ForAll(Arb.From(Gen.Zip(Gen.Choose(0, 12), Gen.Zip(Gen.Choose(0, 4), Gen.Zip(Gen.Choose(0, 4), Gen.Choose(0, int.MaxValue))))), input =>
        {
            var (desired, (surge, (unavailable, seed))) = input;
            unavailable = surge == 0 && unavailable == 0 ? 1 : Math.Min(unavailable, desired);
            var random = new Random(seed);
            var world = new World(desired, random.Next(1, 4), random);
            for (var step = 0; step < 400 && !world.IsDone(desired); step++)
            {
                var least = Math.Min(world.Available, desired - unavailable);
                var (current, old) = RollingPlan.Step(desired, surge, unavailable, world.Sets[0], world.Sets[1..]);
                world.Want(current, old);
                world.RunSomeReplicaSets();
                if (world.Available < least || world.Present > desired + surge)
                    return false;
                world.StartSomePods(breaksOld: step < 100);
            }

            return world.IsDone(desired);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Shares_add_up_to_the_whole_and_follow_the_sizes() =>
        Prop.ForAll(Arb.From(Gen.Zip(Gen.Choose(0, 100), Gen.NonEmptyListOf(Gen.Choose(0, 20)))), pair =>
        {
            var shares = RollingPlan.Proportional(pair.Item1, [.. pair.Item2]);
            var sum = pair.Item2.Sum();
            return sum == 0 || (shares.Sum() == pair.Item1
                && shares.Zip(pair.Item2).All(both => Math.Abs(both.First - ((double)both.Second * pair.Item1 / sum)) <= 1));
        }).QuickCheckThrowOnFailure();

    private static IntOrString? Parse(string? text) => text is null ? null : int.TryParse(text, out var number) ? number : text;

    private sealed class World
    {
        private readonly Random _random;

        public World(int desired, int oldSets, Random random)
        {
            _random = random;
            Sets = [default, .. Enumerable.Range(0, oldSets).Select(i => i == 0 ? new ReplicaCount(desired, desired, desired) : default)];
        }

        public ReplicaCount[] Sets { get; }

        public int Available => Sets.Sum(set => set.Available);

        public int Present => Sets.Sum(set => set.Present);

        public bool IsDone(int desired) => Sets[0] == new ReplicaCount(desired, desired, desired) && Sets[1..].All(set => set.Most == 0);

        public void Want(int current, int[] old)
        {
            Sets[0] = Sets[0] with { Wanted = current };
            for (var i = 0; i < old.Length; i++)
                Sets[i + 1] = Sets[i + 1] with { Wanted = old[i] };
        }

        // Each lags behind what is wanted of it; it deletes pods that are not available first.
        public void RunSomeReplicaSets()
        {
            for (var i = 0; i < Sets.Length; i++)
            {
                if (_random.Next(3) > 0)
                    Sets[i] = Sets[i] with { Present = Sets[i].Wanted, Available = Math.Min(Sets[i].Available, Sets[i].Wanted) };
            }
        }

        public void StartSomePods(bool breaksOld)
        {
            if (_random.Next(2) == 0)
                Sets[0] = Sets[0] with { Available = _random.Next(Sets[0].Available, Sets[0].Present + 1) };
            if (breaksOld && _random.Next(5) == 0 && Sets[1].Available > 0)
                Sets[1] = Sets[1] with { Available = Sets[1].Available - 1 };
        }
    }
}
