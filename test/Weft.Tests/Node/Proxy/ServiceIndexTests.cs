using FsCheck;
using FsCheck.Fluent;
using Weft.Kubernetes;
using Weft.Node.Proxy.Watching;

namespace Weft.Tests.Node.Proxy;

/// <summary>Services joined with their slices.</summary>
public sealed class ServiceIndexTests
{
    private readonly ServiceIndex _index = new(DateTimeOffset.UnixEpoch);

    [Fact]
    public void Services_come_with_their_slices_by_name_whatever_came_first()
    {
        _index.Note(null, Slice("web-b", "web"));
        Assert.Empty(_index.Take().All);
        _index.Note(null, Service("web"));
        _index.Note(null, Slice("web-a", "web"));
        Assert.Equal(["web-a", "web-b"], Assert.Single(_index.Take().All).Slices.Select(slice => slice.Metadata.Name));
    }

    [Fact]
    public void What_did_not_change_keeps_its_reference_and_place()
    {
        var slice = Slice("b", "b");
        foreach (var name in (string[])["a", "b", "c"])
            _index.Note(null, Service(name));
        _index.Note(null, slice);
        var before = _index.Take().All;
        Assert.True(before.AsSpan() == _index.Take().All.AsSpan());

        _index.Note(slice, slice with { AddressType = "IPv6" });
        var changes = _index.Take();
        Assert.Equal([new ObjectKey("default", "b")], changes.Changed);
        Assert.Same(before[0], changes.All[0]);
        Assert.NotSame(before[1], changes.All[1]);
        Assert.Same(before[2], changes.All[2]);
    }

    [Fact]
    public void The_last_takes_the_place_of_one_that_went()
    {
        foreach (var name in (string[])["a", "b", "c"])
            _index.Note(null, Service(name));
        var before = _index.Take().All;
        _index.Note(before[0].Service, null);
        var after = _index.Take().All;
        Assert.Same(before[2], after[0]);
        Assert.Same(before[1], after[1]);
        Assert.Equal(2, after.Count);
    }

    [Fact]
    public void A_slice_that_changes_its_Service_leaves_the_former_one()
    {
        _index.Note(null, Service("a"));
        _index.Note(null, Service("b"));
        var slice = Slice("s", "a");
        _index.Note(null, slice);
        _index.Take();
        _index.Note(slice, Slice("s", "b"));
        Assert.Equal([0, 1], _index.Take().All.Select(objects => objects.Slices.Count));
    }

    [Fact]
    public void Trigger_times_are_told_once_and_only_when_they_are_new()
    {
        var slice = Slice("s", "a");
        var timed = slice with { Metadata = slice.Metadata with { Annotations = StringMap.Of((TriggerTimes.Annotation, "2026-01-02T03:04:05Z")) } };
        _index.Note(null, timed);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), Assert.Single(_index.Take().Triggers));
        _index.Note(timed, timed with { AddressType = "IPv6" });
        Assert.Empty(_index.Take().Triggers);
    }

    [Fact]
    public void Any_order_of_changes_leads_to_what_is_there() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var index = new ServiceIndex(DateTimeOffset.UnixEpoch);
        var (services, slices) = (new Dictionary<string, Service>(), new Dictionary<string, EndpointSlice>());
        for (var i = 0; i < 200; i++)
        {
            if (random.Next(3) == 0)
                Change(services, $"s{random.Next(6)}", random.Next(2) == 0 ? null : Service, index.Note);
            else
                Change(slices, $"e{random.Next(20)}", random.Next(3) == 0 ? null : name => Slice(name, $"s{random.Next(6)}"), index.Note);
            if (random.Next(4) == 0)
                index.Take();
        }

        var expected = services.Values.Select(service => $"{service.Metadata.Name}: {Names(slices.Values.Where(slice => slice.Metadata.Labels.Find(EndpointSlice.ServiceNameLabel) == service.Metadata.Name))}");
        Assert.Equal(expected.Order(), index.Take().All.Select(objects => $"{objects.Service.Metadata.Name}: {Names(objects.Slices)}").Order());
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    private static void Change<T>(Dictionary<string, T> items, string name, Func<string, T>? make, Action<T?, T?> note)
        where T : class
    {
        var before = items.GetValueOrDefault(name);
        var after = make?.Invoke(name);
        if (before is null && after is null)
            return;
        if (after is null)
            items.Remove(name);
        else
            items[name] = after;
        note(before, after);
    }

    private static string Names(IEnumerable<EndpointSlice> slices) => string.Join(',', slices.Select(slice => slice.Metadata.Name).Order(StringComparer.Ordinal));

    private static Service Service(string name) => new() { Metadata = new() { Name = name, Namespace = "default" } };

    private static EndpointSlice Slice(string name, string service) => new()
    {
        Metadata = new() { Name = name, Namespace = "default", Labels = StringMap.Of((EndpointSlice.ServiceNameLabel, service)) },
    };
}
