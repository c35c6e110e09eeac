using System.Text.Json.Nodes;
using static Weft.Tests.ApiServer.Server.Samples;

namespace Weft.Tests.ApiServer.Server;

public sealed class ObjectTests
{
    [Fact]
    public async Task A_created_object_gets_identity_and_is_read_back_as_stored()
    {
        await using var api = await TestApi.StartAsync();
        var created = await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        Assert.True(Guid.TryParse((string?)created["metadata"]!["uid"], out _));
        Assert.NotNull(created["metadata"]!["creationTimestamp"]);
        Assert.Equal("default", (string?)created["metadata"]!["namespace"]);
        Assert.True(JsonNode.DeepEquals(created, (await api.GetAsync(ConfigMaps + "/a")).Body));
    }

    [Fact]
    public async Task A_second_object_of_one_name_is_refused_in_the_words_of_kubernetes()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(Deployments, Deployment("web"));
        var again = await api.PostAsync(Deployments, Deployment("web"));
        Assert.Equal((409, "AlreadyExists", "deployments.apps \"web\" already exists"), (again.Code, again.Reason, again.Message));
        Assert.Equal("""{"name":"web","group":"apps","kind":"deployments"}""", again.Body["details"]!.ToJsonString());
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        await using var api = await TestApi.StartAsync();
        var answer = await api.GetAsync(Pods + "/none");
        Assert.Equal((404, "NotFound", "pods \"none\" not found"), (answer.Code, answer.Reason, answer.Message));
        Assert.Equal("namespaces \"nowhere\" not found", (await api.PostAsync("/api/v1/namespaces/nowhere/configmaps", ConfigMap("a"))).Message);
        Assert.Equal("the server could not find the requested resource", (await api.GetAsync("/api/v1/namespaces/default/gadgets")).Message);
    }

    [Fact]
    public async Task An_update_from_an_old_revision_conflicts()
    {
        await using var api = await TestApi.StartAsync();
        var old = await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        await api.MergeAsync(ConfigMaps + "/a", """{"data":{"key":"2"}}""");
        old["data"]!["key"] = "3";
        var answer = await api.PutAsync(ConfigMaps + "/a", old.ToJsonString());
        Assert.Equal((409, "Conflict"), (answer.Code, answer.Reason));
        Assert.Equal(
            "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again",
            answer.Message);
    }

    [Fact]
    public async Task An_update_that_changes_nothing_keeps_the_revision()
    {
        await using var api = await TestApi.StartAsync();
        var created = await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        var answer = await api.PutAsync(ConfigMaps + "/a", ConfigMap("a"));
        Assert.Equal((string?)created["metadata"]!["resourceVersion"], answer.Revision);
    }

    [Fact]
    public async Task Generation_counts_changes_of_the_spec_only()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(Deployments, Deployment("web"));
        await api.MergeAsync(Deployments + "/web", """{"metadata":{"labels":{"a":"b"}}}""");
        await api.MergeAsync(Deployments + "/web/status", """{"status":{"replicas":1}}""");
        Assert.Equal(1, (int)(await api.GetAsync(Deployments + "/web")).Body["metadata"]!["generation"]!);
        var changed = await api.MergeAsync(Deployments + "/web", """{"spec":{"replicas":3}}""");
        Assert.Equal(2, (int)changed.Body["metadata"]!["generation"]!);
    }

    [Fact]
    public async Task Status_and_spec_are_written_by_different_paths()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(Deployments, Deployment("web"));
        var both = """{"spec":{"replicas":7},"status":{"replicas":7}}""";
        var status = await api.MergeAsync(Deployments + "/web/status", both);
        Assert.Equal((1, 7), ((int)status.Body["spec"]!["replicas"]!, (int)status.Body["status"]!["replicas"]!));
        both = """{"spec":{"replicas":9},"status":{"replicas":9}}""";
        var main = await api.MergeAsync(Deployments + "/web", both);
        Assert.Equal((9, 7), ((int)main.Body["spec"]!["replicas"]!, (int)main.Body["status"]!["replicas"]!));
    }

    [Fact]
    public async Task A_generated_name_starts_with_its_prefix_and_is_fresh()
    {
        await using var api = await TestApi.StartAsync();
        var body = """{"metadata":{"generateName":"job-"},"data":{}}""";
        var first = (string)(await api.CreateAsync(ConfigMaps, body))["metadata"]!["name"]!;
        var second = (string)(await api.CreateAsync(ConfigMaps, body))["metadata"]!["name"]!;
        Assert.StartsWith("job-", first, StringComparison.Ordinal);
        Assert.Equal(9, first.Length);
        Assert.NotEqual(first, second);
    }

    [Theory]
    [InlineData("Upper", "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'")]
    [InlineData("", "name or generateName is required")]
    [InlineData("-a", "a lowercase RFC 1123 subdomain")]
    public async Task A_bad_name_is_invalid_with_a_cause_that_names_the_field(string name, string words)
    {
        await using var api = await TestApi.StartAsync();
        var answer = await api.PostAsync(ConfigMaps, ConfigMap(name));
        Assert.Equal((422, "Invalid"), (answer.Code, answer.Reason));
        Assert.StartsWith($"ConfigMap \"{name}\" is invalid: metadata.name: ", answer.Message, StringComparison.Ordinal);
        var cause = answer.Body["details"]!["causes"]![0]!;
        Assert.Equal("metadata.name", (string?)cause["field"]);
        Assert.Contains(words, (string?)cause["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_answers_like_the_real_thing_and_stores_nothing()
    {
        await using var api = await TestApi.StartAsync();
        Assert.Equal(201, (await api.PostAsync(ConfigMaps + "?dryRun=All", ConfigMap("a"))).Code);
        Assert.Equal(404, (await api.GetAsync(ConfigMaps + "/a")).Code);
        await api.CreateAsync(ConfigMaps, ConfigMap("a"));
        Assert.Equal("2", (string?)(await api.PutAsync(ConfigMaps + "/a?dryRun=All", ConfigMap("a", "2"))).Body["data"]!["key"]);
        Assert.Equal(200, (await api.DeleteAsync(ConfigMaps + "/a?dryRun=All")).Code);
        Assert.Equal("1", (string?)(await api.GetAsync(ConfigMaps + "/a")).Body["data"]!["key"]);
    }

    [Theory]
    [InlineData("""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}""", "Pod in version \"v1\" cannot be handled as a ConfigMap")]
    [InlineData("""{"kind":"ConfigMap","apiVersion":"apps/v1","metadata":{"name":"a"}}""", "does not match the expected API version (v1)")]
    [InlineData("""{"metadata":{"name":"a","namespace":"other"}}""", "the namespace of the provided object does not match the namespace sent on the request")]
    [InlineData("""{"metadata":{"name":"a","labels":{"a":1}}}""", "cannot unmarshal number into Go struct field")]
    [InlineData("""{"metadata":{"name":"a","resourceVersion":"5"}}""", "resourceVersion should not be set on objects to be created")]
    [InlineData("[]", "not an object")]
    [InlineData("{", "json parse error")]
    [InlineData("", "empty")]
    public async Task A_body_that_does_not_fit_is_a_bad_request(string body, string words)
    {
        await using var api = await TestApi.StartAsync();
        var answer = await api.PostAsync(ConfigMaps, body);
        Assert.Equal((400, "BadRequest"), (answer.Code, answer.Reason));
        Assert.Contains(words, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_field_given_twice_is_warned_of_or_refused_and_the_last_counts()
    {
        await using var api = await TestApi.StartAsync();
        const string Body = """{"metadata":{"name":"a"},"data":{"key":"1","key":"2"},"colour":"red"}""";
        var strict = await api.PostAsync(ConfigMaps + "?fieldValidation=Strict", Body);
        Assert.Equal(400, strict.Code);
        Assert.Contains("strict decoding error: ", strict.Message, StringComparison.Ordinal);
        Assert.Contains("duplicate field \"data.key\"", strict.Message, StringComparison.Ordinal);
        var warned = await api.PostAsync(ConfigMaps, Body);
        Assert.Equal((201, "2"), (warned.Code, (string?)warned.Body["data"]!["key"]));
        Assert.Contains(warned.Warnings, w => w.Contains("unknown field", StringComparison.Ordinal));
        Assert.Null(warned.Body["colour"]);
    }

    [Fact]
    public async Task Yaml_is_as_good_as_json()
    {
        await using var api = await TestApi.StartAsync();
        var yaml = "metadata:\n  name: a\n  labels: {n: '1'}\ndata:\n  text: |\n    two\n    lines\n";
        var answer = await api.SendAsync("POST", ConfigMaps, yaml, "application/yaml");
        Assert.Equal("two\nlines\n", (string?)answer.Body["data"]!["text"]);
        Assert.Equal(400, (await api.SendAsync("POST", ConfigMaps, "a: [", "application/yaml")).Code);
    }

    [Fact]
    public async Task Secrets_given_as_text_are_kept_as_base64()
    {
        await using var api = await TestApi.StartAsync();
        var secret = await api.CreateAsync("/api/v1/namespaces/default/secrets", """{"metadata":{"name":"s"},"stringData":{"a":"b"}}""");
        Assert.Equal("""{"a":"Yg=="}""", secret["data"]!.ToJsonString());
        Assert.Null(secret["stringData"]);
        Assert.Equal("Opaque", (string?)secret["type"]);
    }

    [Fact]
    public async Task An_event_reads_alike_through_both_of_its_groups()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync("/apis/events.k8s.io/v1/namespaces/default/events", """
            {"metadata":{"name":"e"},"eventTime":"2026-01-01T00:00:00.000000Z","reportingController":"weft","reportingInstance":"x","action":"Did",
             "reason":"Because","type":"Normal","note":"words","regarding":{"kind":"Pod","name":"p","namespace":"default"}}
            """);
        var core = (await api.GetAsync("/api/v1/namespaces/default/events?fieldSelector=involvedObject.name=p")).Body["items"]![0]!;
        Assert.Equal(("v1", "words", "weft"), ((string?)core["apiVersion"], (string?)core["message"], (string?)core["reportingComponent"]));
        var grouped = (await api.GetAsync("/apis/events.k8s.io/v1/namespaces/default/events/e")).Body;
        Assert.Equal(("events.k8s.io/v1", "words"), ((string?)grouped["apiVersion"], (string?)grouped["note"]));
        Assert.Null(grouped["message"]);
    }
}
