using FsCheck;
using FsCheck.Fluent;
using Weft.Kubernetes;
using Weft.Lab.Controllers;

namespace Weft.Tests.Controllers;

public sealed class BackendIndexTests
{
    [Fact]
    public void The_index_finds_what_a_look_at_everything_finds() =>
        Prop.ForAll(Arb.From(Gen.ListOf(Gen.Zip(Gen.Choose(0, 5), Gen.Choose(0, 80)))), steps =>
        {
            var index = new BackendIndex();
            var (services, pods) = (new Dictionary<ObjectKey, Service>(), new Dictionary<ObjectKey, Pod>());
            foreach (var (what, seed) in steps)
            {
                var key = new ObjectKey("ns" + (seed % 2), $"o{what}");
                if (seed % 3 == 0)
                {
                    Set(services, key, seed % 5 == 0 ? null : new Service { Metadata = Meta(key), Spec = new() { Selector = Labels(seed / 2) } });
                    index.Put(key, services.GetValueOrDefault(key));
                    continue;
                }
                var affected = Affected(services, pods.GetValueOrDefault(key));
                Set(pods, key, seed % 7 == 0 ? null : new Pod { Metadata = Meta(key) with { Labels = Labels(seed) } });
                affected.UnionWith(Affected(services, pods.GetValueOrDefault(key)));
                var touched = new HashSet<ObjectKey>();
                index.Put(key, pods.GetValueOrDefault(key), touched);
                if (!touched.IsSubsetOf(affected))
                    return false;
            }
            return services.Values.All(service => service.Spec.Selector.Count == 0
                || index.PodsOf(service).Select(pod => pod.Key()).ToHashSet().SetEquals(pods.Values.Where(pod => Selects(service, pod)).Select(pod => pod.Key())));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_pod_that_changes_its_labels_touches_the_services_before_and_after()
    {
        var index = new BackendIndex();
        foreach (var name in (string[])["a", "b", "c"])
            index.Put(new("d", name), new Service { Metadata = Meta(new("d", name)), Spec = new() { Selector = StringMap.Of(("app", name)) } });
        var touched = new HashSet<ObjectKey>();
        index.Put(new("d", "p"), new Pod { Metadata = Meta(new("d", "p")) with { Labels = StringMap.Of(("app", "a")) } }, touched);
        index.Put(new("d", "p"), new Pod { Metadata = Meta(new("d", "p")) with { Labels = StringMap.Of(("app", "b")) } }, touched);
        Assert.Equal(["a", "b"], touched.Select(key => key.Name).Order());
    }

    private static HashSet<ObjectKey> Affected(Dictionary<ObjectKey, Service> services, Pod? pod) =>
        pod is null ? [] : [.. services.Values.Where(service => Selects(service, pod)).Select(service => service.Key())];

    private static bool Selects(Service service, Pod pod) =>
        service.Spec.Selector.Count > 0 && service.Metadata.Namespace == pod.Metadata.Namespace && pod.Metadata.Labels.ContainsAll(service.Spec.Selector);

    private static ObjectMeta Meta(ObjectKey key) => new() { Namespace = key.Namespace, Name = key.Name };

    private static StringMap Labels(int seed) => StringMap.Create([.. Enumerable.Range(0, seed % 4).Select(i => KeyValuePair.Create($"l{i}", $"v{(seed >> i) % 2}"))]);

    private static void Set<T>(Dictionary<ObjectKey, T> map, ObjectKey key, T? value)
        where T : class
    {
        if (value is null)
            map.Remove(key);
        else
            map[key] = value;
    }
}
