using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using static Weft.Tests.ApiServer.Server.Samples;

namespace Weft.Tests.ApiServer.Server;

public sealed class AccessTests
{
    [Fact]
    public async Task Without_the_token_only_health_and_version_answer()
    {
        await using var api = await TestApi.StartAsync();
        using var stranger = api.NewClient();
        foreach (var path in (string[])["/healthz", "/livez", "/readyz", "/version"])
            Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync(path, TestContext.Current.CancellationToken)).StatusCode);
        foreach (var path in (string[])["/api", "/apis", Pods, "/openapi/v2", "/none"])
        {
            var answer = await stranger.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            var status = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
            Assert.Equal(("Status", "Unauthorized"), ((string?)status["kind"], (string?)status["reason"]));
        }
    }

    [Fact]
    public async Task The_certificate_is_signed_by_the_authority_in_the_kubeconfig()
    {
        await using var api = await TestApi.StartAsync();
        using var authority = X509Certificate2.CreateFromPem(api.Host.CaCertificatePem);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { authority },
        };
        using var client = new HttpClient(handler);
        Assert.Equal("ok", await client.GetStringAsync($"https://{api.Host.Endpoints[0]}/healthz", TestContext.Current.CancellationToken));
        Assert.Contains("https://10.1.2.3:6443", api.Host.Kubeconfig("https://10.1.2.3:6443", "lab"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Authority_and_token_survive_a_restart_and_are_private()
    {
        var folder = Directory.CreateTempSubdirectory("weft-api-");
        string token, authority;
        await using (var first = await TestApi.StartAsync(o => o with { StateDirectory = folder.FullName }))
            (token, authority) = (first.Host.AdminToken, first.Host.CaCertificatePem);
        await using var second = await TestApi.StartAsync(o => o with { StateDirectory = folder.FullName });
        Assert.Equal((token, authority), (second.Host.AdminToken, second.Host.CaCertificatePem));
        Assert.All(folder.GetFiles(), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, f.UnixFileMode));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_administrator_may_do_everything()
    {
        await using var api = await TestApi.StartAsync();
        var review = await api.PostAsync("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            """{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","spec":{"resourceAttributes":{"verb":"create","resource":"pods"}}}""");
        Assert.Equal((201, true), (review.Code, (bool)review.Body["status"]!["allowed"]!));
    }

    [Fact]
    public async Task Discovery_names_every_kind_in_both_of_its_forms()
    {
        await using var api = await TestApi.StartAsync();
        var core = (await api.GetAsync("/api/v1")).Body["resources"]!.AsArray().Select(r => (string?)r!["name"]).ToList();
        Assert.Superset(
            new HashSet<string?> { "pods", "pods/status", "pods/log", "pods/exec", "pods/binding", "pods/eviction", "namespaces", "nodes", "services", "endpoints", "events" },
            core.ToHashSet());
        Assert.Contains("apps", (await api.GetAsync("/apis")).Text, StringComparison.Ordinal);
        Assert.Equal("apps/v1", (string?)(await api.GetAsync("/apis/apps/v1")).Body["groupVersion"]);
        var aggregated = await api.GetAsync("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json");
        Assert.Equal("APIGroupDiscoveryList", (string?)aggregated.Body["kind"]);
        Assert.Contains("deployments", aggregated.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Openapi_is_found_by_the_hashes_of_its_index()
    {
        await using var api = await TestApi.StartAsync();
        var index = (await api.GetAsync("/openapi/v3")).Body["paths"]!;
        var url = (string)index["apis/apps/v1"]!["serverRelativeURL"]!;
        Assert.Contains("hash=", url, StringComparison.Ordinal);
        Assert.NotNull((await api.GetAsync(url)).Body["openapi"]);
        Assert.Equal(406, (await api.GetAsync("/openapi/v3", "application/com.github.proto-openapi.spec.v3@v1.0+protobuf")).Code);
    }

    [Fact]
    public async Task Services_get_addresses_of_their_own()
    {
        await using var api = await TestApi.StartAsync(o => o with { ServiceCidrs = ["10.96.0.0/29"], AdvertiseEndpoint = IPEndPoint.Parse("172.30.0.1:6443") });
        Assert.Equal("10.96.0.1", (string?)(await api.GetAsync(Services + "/kubernetes")).Body["spec"]!["clusterIP"]);
        Assert.Equal("172.30.0.1", (string?)(await api.GetAsync("/api/v1/namespaces/default/endpoints/kubernetes")).Body["subsets"]![0]!["addresses"]![0]!["ip"]);
        var taken = await api.PostAsync(Services, Service("b", """{"clusterIP":"10.96.0.1","ports":[{"port":80}]}"""));
        Assert.Equal(422, taken.Code);
        Assert.Contains("provided IP is already allocated", taken.Message, StringComparison.Ordinal);
        Assert.Contains("not in the valid range", (await api.PostAsync(Services, Service("c", """{"clusterIP":"10.1.0.1","ports":[{"port":80}]}"""))).Message, StringComparison.Ordinal);
        var addresses = new HashSet<string?>();
        for (var i = 0; i < 5; i++)
            Assert.True(addresses.Add((string?)(await api.CreateAsync(Services, Service($"s{i}")))["spec"]!["clusterIP"]));
        Assert.Contains("range is full", (await api.PostAsync(Services, Service("last"))).Message, StringComparison.Ordinal);
        await api.DeleteAsync(Services + "/s3");
        await api.CreateAsync(Services, Service("last"));
    }

    [Fact]
    public async Task A_service_keeps_its_address_when_a_plain_manifest_replaces_it()
    {
        await using var api = await TestApi.StartAsync();
        var address = (string?)(await api.CreateAsync(Services, Service("a")))["spec"]!["clusterIP"];
        var replaced = await api.PutAsync(Services + "/a", Service("a", """{"ports":[{"port":81}]}"""));
        Assert.Equal((200, address), (replaced.Code, (string?)replaced.Body["spec"]!["clusterIP"]));
        Assert.Equal("None", (string?)(await api.CreateAsync(Services, Service("headless", """{"clusterIP":"None","ports":[{"port":80}]}""")))["spec"]!["clusterIP"]);
        var nodePort = await api.CreateAsync(Services, Service("np", """{"type":"NodePort","ports":[{"port":80}]}"""));
        Assert.InRange((int)nodePort["spec"]!["ports"]![0]!["nodePort"]!, 30000, 32767);
    }
}
