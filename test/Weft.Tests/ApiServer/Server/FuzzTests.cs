using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Weft.ApiServer.Protobuf;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Selectors;
using static Weft.Tests.ApiServer.Server.Samples;

namespace Weft.Tests.ApiServer.Server;

/// <summary>Whatever is sent, the answer is an object or a Status of 4xx, never a 500.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Bodies =
    [
        "", "null", "[]", "7", "\"x\"", "{", "{}", "\u0001", """{"metadata":7}""", """{"metadata":{"name":7}}""", """{"metadata":{"name":"a","labels":[]}}""",
        """{"metadata":{"name":"a","finalizers":{}}}""", """{"metadata":{"name":"a","ownerReferences":[7]}}""", """{"kind":7}""", """{"apiVersion":[]}""",
        """{"metadata":{"name":"a","annotations":{"k":null}}}""", """{"metadata":{"name":"ok"},"spec":7}""",
        """{"metadata":{"name":"ok"},"spec":{"containers":7}}""", """{"metadata":{"name":"ok"},"spec":{"ports":[7],"clusterIP":7}}""",
        """{"metadata":{"name":"ok"},"status":7,"data":7,"spec":{"replicas":"x","finalizers":7}}""", """{"spec":{"replicas":1e400}}""",
        """{"metadata":{"name":"ok","generateName":7,"creationTimestamp":7,"deletionTimestamp":"x","generation":"x","managedFields":7}}""",
        """{"gracePeriodSeconds":"x"}""", """{"propagationPolicy":"x"}""", """[{"op":"add","path":"","value":7}]""", """[{"op":"replace","path":"/metadata","value":7}]""",
        """[{"op":"remove","path":""}]""", """{"metadata":null,"spec":null,"status":null,"kind":null,"apiVersion":null}""", """{"$patch":"replace"}""",
    ];

    private static readonly string[] Paths =
    [
        "/", "/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/pods", "/apis/x", "/apis/apps/v1/", "/apis/apps/v1/pods", Pods, Pods + "/", Pods + "/p", Pods + "/p/status",
        Pods + "/p/binding", Pods + "/p/eviction", Pods + "/p/none", Pods + "/p/status/more", "/api/v1/namespaces/default/pods/a/b/c/d", "/api/v1/namespaces", "/api/v1/namespaces/default",
        "/api/v1/namespaces/default/status", "/api/v1/namespaces/default/finalize", "/api/v1/namespaces//pods", "/api/v1/namespaces/default/", Deployments, Deployments + "/d/scale",
        Services, Services + "/kubernetes", "/api/v1/nodes", "/api/v1/namespaces/default/nodes", "/api/v1/pods", "/api/v1/pods/x", ConfigMaps, ConfigMaps + "/c", "/api/v1/%00", "/api/v1/namespaces/%2e%2e/pods",
        "/apis/events.k8s.io/v1/namespaces/default/events", "/api/v1/namespaces/default/secrets", "/openapi/v3/none", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    ];

    private static readonly string[] Queries =
    [
        "", "?limit=-1", "?limit=99999999999", "?labelSelector=%28", "?labelSelector=a%20in%20()", "?fieldSelector=a", "?fieldSelector==", "?continue=%00", "?resourceVersion=-1",
        "?dryRun=All", "?dryRun=x", "?fieldValidation=Strict", "?fieldValidation=x", "?gracePeriodSeconds=x", "?gracePeriodSeconds=-5", "?propagationPolicy=x", "?fieldManager=f", "?includeObject=x",
    ];

    private static readonly string[] Types =
    [
        "application/json", "application/yaml", "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json",
        "application/apply-patch+yaml", "application/vnd.kubernetes.protobuf", "text/plain", "",
    ];

    private static readonly string[] Accepts = [TestApi.Json, TestApi.Table, "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1", "*/*", "x", ""];

    [Fact]
    public async Task No_request_ends_in_an_internal_error()
    {
        await using var api = await TestApi.StartAsync();
        await api.CreateAsync(Pods, Pod("p"));
        await api.CreateAsync(Deployments, Deployment("d"));
        await api.CreateAsync(ConfigMaps, ConfigMap("c"));
        var random = new System.Random(2026);
        for (var i = 0; i < 1500; i++)
        {
            var (method, path) = (Pick(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]), Pick(Paths) + Pick(Queries));
            var (body, type) = (Pick(Bodies), Pick(Types));
            var answer = await api.SendAsync(method, path, body, type, Pick(Accepts));
            Assert.True(answer.Code is < 500 or 501 or 504, $"{method} {path} {type} {body}: {answer.Text}");
            if (answer.Code >= 400 && method != "HEAD" && answer.Text.Length > 0)
                Assert.Equal("Status", (string?)answer.Body["kind"]);
        }

        string Pick(string[] from) => from[random.Next(from.Length)];
    }

    [Fact]
    public async Task Names_and_bodies_of_any_size_are_refused_in_order()
    {
        await using var api = await TestApi.StartAsync();
        Assert.Equal(422, (await api.PostAsync(ConfigMaps, ConfigMap(new string('a', 300)))).Code);
        Assert.Equal(404, (await api.GetAsync($"{ConfigMaps}/{new string('a', 3000)}")).Code);
        var big = await api.PostAsync(ConfigMaps, ConfigMap("a", new string('x', 4 * 1024 * 1024)));
        Assert.Equal((413, "RequestEntityTooLarge"), (big.Code, big.Reason));
        var deep = await api.PostAsync(ConfigMaps, string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000));
        Assert.Equal(400, deep.Code);
        Assert.Equal(400, (await api.SendAsync("POST", ConfigMaps, string.Concat(Enumerable.Repeat("[", 5000)), "application/yaml")).Code);
    }

    [Fact]
    public void Protobuf_of_any_bytes_is_read_or_refused() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            byte[] body = [.. "k8s\0\n\u0009\n\u0002v1\u0012\u0003Pod\u0012"u8, (byte)bytes.Length, .. bytes];
            try
            {
                ProtobufText.Parse(body);
            }
            catch (FormatException)
            {
                // Refused.
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Selectors_and_paths_of_any_text_are_read_or_refused() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
        {
            ResourcePath.Parse("/api/v1/" + text);
            try
            {
                LabelSelector.Parse(text);
            }
            catch (FormatException)
            {
                // Refused.
            }
        }).QuickCheckThrowOnFailure();

    /// <summary>What kubectl 1.33 sends for <c>kubectl create namespace foo</c>.</summary>
    [Fact]
    public async Task A_body_of_a_go_client_is_understood()
    {
        await using var api = await TestApi.StartAsync();
        var body = Convert.FromHexString("6b3873000a0f0a02763112094e616d657370616365121b0a130a03666f6f12001a0022002a0032003800420012001a020a001a002200");
        var answer = await api.SendAsync("POST", "/api/v1/namespaces", body, "application/vnd.kubernetes.protobuf", TestApi.Json);
        Assert.Equal((201, "foo"), (answer.Code, (string?)answer.Body["metadata"]!["name"]));
        var other = Encoding.ASCII.GetBytes("k8s\0\n\u000c\n\u0002v1\u0012\u0006Gadget");
        Assert.Equal(415, (await api.SendAsync("POST", "/api/v1/namespaces", other, "application/vnd.kubernetes.protobuf", TestApi.Json)).Code);
    }

    [Fact]
    public void Protobuf_keeps_zeros_that_mean_something_and_drops_those_that_do_not()
    {
        // apps/v1 Deployment { spec { replicas: 0, minReadySeconds: 0, template { spec { volumes { name: "v", volumeSource { emptyDir {} } } } } } }
        byte[] spec = [0x08, 0x00, 0x28, 0x00, 0x1a, 0x0d, 0x12, 0x0b, 0x0a, 0x09, 0x0a, 0x01, (byte)'v', 0x12, 0x04, 0x12, 0x02, 0x0a, 0x00];
        byte[] deployment = [0x12, (byte)spec.Length, .. spec];
        byte[] type = [0x0a, 0x07, .. "apps/v1"u8, 0x12, 0x0a, .. "Deployment"u8];
        byte[] body = [.. "k8s\0"u8, 0x0a, (byte)type.Length, .. type, 0x12, (byte)deployment.Length, .. deployment];
        var tree = ProtobufText.Parse(body);
        Assert.Equal("""{"replicas":0,"template":{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}}""", tree["spec"]!.ToJsonString());
    }
}
