using static Weft.Tests.ApiServer.Server.Samples;

namespace Weft.Tests.ApiServer.Server;

public sealed class DeleteTests
{
    [Fact]
    public async Task A_plain_object_goes_at_once()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        var answer = await api.DeleteAsync(ConfigMaps + "/a");
        Assert.Equal("Success", (string?)answer.Body["status"]);
        Assert.Equal("configmaps", (string?)answer.Body["details"]!["kind"]);
        Assert.Equal(404, (await api.GetAsync(ConfigMaps + "/a")).Code);
    }

    [Fact]
    public async Task A_pod_with_a_node_waits_for_its_runner()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(Pods, Pod("p", "node-1"));
        var marked = await api.DeleteAsync(Pods + "/p");
        Assert.Equal(30, (int)marked.Body["metadata"]!["deletionGracePeriodSeconds"]!);
        Assert.NotNull((await api.GetAsync(Pods + "/p")).Body["metadata"]!["deletionTimestamp"]);
        await api.DeleteAsync(Pods + "/p", """{"gracePeriodSeconds":5}""");
        Assert.Equal(5, (int)(await api.GetAsync(Pods + "/p")).Body["metadata"]!["deletionGracePeriodSeconds"]!);
        Assert.Equal(200, (await api.DeleteAsync(Pods + "/p?gracePeriodSeconds=0")).Code);
        Assert.Equal(404, (await api.GetAsync(Pods + "/p")).Code);
    }

    [Fact]
    public async Task A_pod_without_a_node_goes_at_once()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(Pods, Pod("p"));
        await api.DeleteAsync(Pods + "/p");
        Assert.Equal(404, (await api.GetAsync(Pods + "/p")).Code);
    }

    [Fact]
    public async Task Finalizers_hold_an_object_until_the_last_is_gone()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(ConfigMaps, """{"metadata":{"name":"a","finalizers":["weft.dev/one"]}}""");
        await api.DeleteAsync(ConfigMaps + "/a");
        var more = await api.MergeAsync(ConfigMaps + "/a", """{"metadata":{"finalizers":["weft.dev/one","weft.dev/two"]}}""");
        Assert.Equal(422, more.Code);
        Assert.Contains("no new finalizers can be added if the object is being deleted", more.Message, StringComparison.Ordinal);
        Assert.Equal(200, (await api.MergeAsync(ConfigMaps + "/a", """{"metadata":{"finalizers":null}}""")).Code);
        Assert.Equal(404, (await api.GetAsync(ConfigMaps + "/a")).Code);
    }

    [Theory]
    [InlineData("Foreground", "foregroundDeletion")]
    [InlineData("Orphan", "orphan")]
    public async Task The_way_of_dependents_is_left_to_a_controller_by_finalizer(string policy, string finalizer)
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(Deployments, Deployment("web"));
        await api.DeleteAsync(Deployments + "/web", $$"""{"propagationPolicy":"{{policy}}"}""");
        Assert.Equal(finalizer, (string?)(await api.GetAsync(Deployments + "/web")).Body["metadata"]!["finalizers"]![0]);
        await api.DeleteAsync(Deployments + "/web", """{"propagationPolicy":"Background"}""");
        Assert.Equal(404, (await api.GetAsync(Deployments + "/web")).Code);
    }

    [Fact]
    public async Task Preconditions_guard_against_deleting_another_object_of_the_name()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        var answer = await api.DeleteAsync(ConfigMaps + "/a", """{"preconditions":{"uid":"other"}}""");
        Assert.Equal((409, "Conflict"), (answer.Code, answer.Reason));
        Assert.Contains("Precondition failed: UID in precondition: other", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collection_is_deleted_by_selector()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(ConfigMaps, ConfigMap("a", labels: """{"x":"1"}"""));
        await api.CreateAsync(ConfigMaps, ConfigMap("b", labels: """{"x":"1"}"""));
        await api.CreateAsync(ConfigMaps, ConfigMap("c"));
        Assert.Equal(2, (await api.DeleteAsync(ConfigMaps + "?labelSelector=x%3D1")).Body["items"]!.AsArray().Count);
        Assert.Equal("c", (string?)Assert.Single((await api.GetAsync(ConfigMaps)).Body["items"]!.AsArray())!["metadata"]!["name"]);
    }

    [Fact]
    public async Task A_namespace_ends_when_it_is_finalized_and_takes_nothing_new_before()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync("/api/v1/namespaces", """{"metadata":{"name":"n"}}""");
        var marked = await api.DeleteAsync("/api/v1/namespaces/n");
        Assert.Equal("Terminating", (string?)marked.Body["status"]!["phase"]);
        var refused = await api.PostAsync("/api/v1/namespaces/n/configmaps", ConfigMap("a"));
        Assert.Equal((403, "Forbidden"), (refused.Code, refused.Reason));
        Assert.Contains("unable to create new content in namespace n because it is being terminated", refused.Message, StringComparison.Ordinal);
        marked.Body["spec"]!["finalizers"] = null;
        var body = marked.Body;
        body["spec"]!.AsObject().Remove("finalizers");
        Assert.Equal(200, (await api.PutAsync("/api/v1/namespaces/n/finalize", body.ToJsonString())).Code);
        Assert.Equal(404, (await api.GetAsync("/api/v1/namespaces/n")).Code);
    }

    [Fact]
    public async Task An_evicted_pod_is_deleted()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(Pods, Pod("p", "node-1"));
        var answer = await api.PostAsync(Pods + "/p/eviction", """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"},"deleteOptions":{"gracePeriodSeconds":0}}""");
        Assert.Equal(201, answer.Code);
        Assert.Equal(404, (await api.GetAsync(Pods + "/p")).Code);
    }
}
