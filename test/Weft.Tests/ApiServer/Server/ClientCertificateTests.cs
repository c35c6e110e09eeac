using System.Formats.Asn1;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Weft.ApiServer;
using Weft.ApiServer.Requests;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Tests.Kubectl;
using Weft.Tests.Streaming;
using static Weft.Tests.ApiServer.Server.Samples;

namespace Weft.Tests.ApiServer.Server;

public sealed class ClientCertificateTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_common_name_is_the_user_and_organizations_are_its_groups()
    {
        await using var api = await TestApi.StartAsync();
        using var client = Client(api, api.Host.IssueClientCertificate("system:node:n,1", ["system:nodes", "a team"], Day));
        var user = (await WhoAmIAsync(client))["status"]!["userInfo"]!;
        Assert.Equal("system:node:n,1", (string?)user["username"]);
        Assert.Equal(["system:nodes", "a team", "system:authenticated"], user["groups"]!.AsArray().Select(group => (string?)group));
    }

    [Fact]
    public async Task Lists_and_watches_work_with_a_certificate()
    {
        await using var api = await TestApi.StartAsync();
        using var client = Client(api, api.Host.IssueClientCertificate("agent", [], Day));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var informer = new Informer<ConfigMap>(client, new() { Namespace = "default" });
        var running = informer.RunAsync(stop.Token);
        await informer.Synced;
        await client.CreateAsync(new ConfigMap { Metadata = new() { Name = "seen", Namespace = "default" } }, Cancel);
        await informer.ReadAllAsync(Cancel).FirstAsync(items => items.Count == 1, Cancel);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Exec_works_with_a_certificate()
    {
        await using var api = await TestApi.StartAsync(o => o with { PodRuntime = new FakePodRuntime() });
        await api.CreateAsync(Pods, Pod("a", "node1"));
        var identity = api.Host.IssueClientCertificate("agent", [], Day);
        using var certificate = X509Certificate2.CreateFromPem(identity.CertificatePem, identity.KeyPem);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v5.channel.k8s.io");
        socket.Options.ClientCertificates.Add(certificate);
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        await socket.ConnectAsync(new Uri($"wss://{api.Host.Endpoints[0]}{Pods}/a/exec?stdout=true&command=echo&command=hello"), Cancel);
        Assert.Equal("\u0001hello\n", await ReadAsync(socket));
    }

    [Fact]
    public async Task The_real_kubectl_is_known_by_its_certificate()
    {
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        await using var api = await TestApi.StartAsync(o => o with { PodRuntime = new FakePodRuntime() });
        await api.CreateAsync(Pods, Pod("a", "node1"));
        var folder = Directory.CreateTempSubdirectory("weft-kubectl-");
        var file = Path.Combine(folder.FullName, "config");
        var url = $"https://{api.Host.Endpoints[0]}";
        await File.WriteAllTextAsync(file, api.Host.Kubeconfig(url, "lab", api.Host.IssueClientCertificate("jane", ["dev"], Day)), Cancel);
        var (_, who, _) = await KubectlCommand.RunAsync(url, null, "--kubeconfig", file, "auth", "whoami");
        Assert.Contains("jane", who, StringComparison.Ordinal);
        var (_, output, errors) = await KubectlCommand.RunAsync(url, null, "--kubeconfig", file, "exec", "a", "--", "echo", "hello");
        Assert.Equal("hello\n", output + errors);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_is_expired_or_foreign_or_no_client_certificate_is_unauthorized()
    {
        await using var api = await TestApi.StartAsync();
        await using var other = await TestApi.StartAsync();
        ClientIdentity[] refused =
        [
            api.Host.IssueClientCertificate("late", ["system:masters"], TimeSpan.FromHours(-1)),
            other.Host.IssueClientCertificate("foreign", ["system:masters"], Day),
            api.Host.IssueClientCertificate("", ["nameless"], Day),
        ];
        foreach (var identity in refused)
        {
            using var client = Client(api, identity);
            var error = await Assert.ThrowsAsync<KubeApiException>(() => client.ListAsync<Namespace>(cancel: Cancel));
            Assert.Equal((401, "Unauthorized", "Unauthorized"), (error.Code, error.Reason, error.Message));
        }
    }

    [Fact]
    public async Task A_certificate_that_does_not_count_leaves_the_token_its_worth()
    {
        await using var api = await TestApi.StartAsync();
        var late = api.Host.IssueClientCertificate("late", [], TimeSpan.FromHours(-1));
        using var client = new KubeClient(Config(api, late) with { Token = api.Host.AdminToken });
        Assert.Equal("weft-admin", (string?)(await WhoAmIAsync(client))["status"]!["userInfo"]!["username"]);
    }

    /// <summary>Go's x509 writes all organizations as one relative name of several values.</summary>
    [Fact]
    public void Organizations_that_share_a_relative_name_are_all_groups()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = new CertificateRequest("CN=ca", key, HashAlgorithmName.SHA256) { CertificateExtensions = { new X509BasicConstraintsExtension(true, false, 0, true) } }
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(2));
        var request = new CertificateRequest(GoName("jane", "one", "two"), key, HashAlgorithmName.SHA256)
        {
            CertificateExtensions = { new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.2")], false) },
        };
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 3]);
        var caller = new ClientCertificates(authority, TimeProvider.System).Identify(certificate);
        Assert.Equal("jane", caller!.Name);
        Assert.Equal(["one", "two"], caller.Groups.Order());
    }

    private static X500DistinguishedName GoName(string user, params string[] groups)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var (type, values) in new[] { ("2.5.4.10", groups), ("2.5.4.3", [user]) })
            {
                using var set = writer.PushSetOf();
                foreach (var value in values)
                {
                    using var pair = writer.PushSequence();
                    writer.WriteObjectIdentifier(type);
                    writer.WriteCharacterString(UniversalTagNumber.PrintableString, value);
                }
            }
        }
        return new X500DistinguishedName(writer.Encode());
    }

    private static KubeConfig Config(TestApi api, ClientIdentity identity) => new()
    {
        Server = new Uri($"https://{api.Host.Endpoints[0]}"),
        CertificateAuthority = api.Host.CaCertificatePem,
        ClientCertificate = identity.CertificatePem,
        ClientKey = identity.KeyPem,
    };

    private static KubeClient Client(TestApi api, ClientIdentity identity) => new(Config(api, identity));

    private static Task<JsonObject> WhoAmIAsync(KubeClient client) => client.PostAsync(
        "/apis/authentication.k8s.io/v1/selfsubjectreviews", new JsonObject { ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "SelfSubjectReview" }, Cancel);

    private static async Task<string> ReadAsync(ClientWebSocket socket)
    {
        var buffer = new byte[1024];
        while (true)
        {
            var frame = await socket.ReceiveAsync(buffer, Cancel);
            Assert.NotEqual(WebSocketMessageType.Close, frame.MessageType);
            // A channel is announced by an empty message.
            if (frame.Count > 1)
                return Encoding.UTF8.GetString(buffer, 0, frame.Count);
        }
    }
}
