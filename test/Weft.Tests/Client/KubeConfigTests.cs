using System.Net;
using System.Text;
using Weft.ApiServer;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Tests.Client;

public sealed class KubeConfigTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weft-kubeconfig");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void A_context_leads_to_its_cluster_and_user_and_relative_files_are_found()
    {
        Write("ca.pem", "CA");
        Write("token", "secret\n");
        var path = Write("config", $$$"""
            current-context: one
            contexts:
            - {name: one, context: {cluster: c, user: u, namespace: team} }
            - {name: two, context: {cluster: d, user: v} }
            clusters:
            - {name: c, cluster: {server: "https://c:6443", certificate-authority: ca.pem, tls-server-name: api} }
            - {name: d, cluster: {server: "https://d", certificate-authority-data: {{{Base64("CA2")}}}, insecure-skip-tls-verify: true} }
            users:
            - {name: u, user: {tokenFile: token} }
            - {name: v, user: {client-certificate-data: {{{Base64("CERT")}}}, client-key-data: {{{Base64("KEY")}}} } }
            """);
        var one = KubeConfig.Load(path);
        Assert.Equal(("https://c:6443/", "team", "CA", "api"), (one.Server.ToString(), one.Namespace, one.CertificateAuthority, one.TlsServerName));
        Assert.Equal(Path.Combine(_directory.FullName, "token"), one.TokenFile);
        var two = KubeConfig.Load(path, "two");
        Assert.Equal(("CA2", "CERT", "KEY", true, "default"), (two.CertificateAuthority, two.ClientCertificate, two.ClientKey, two.InsecureSkipTlsVerify, two.Namespace));
    }

    [Fact]
    public void A_file_of_json_is_read_as_one_of_yaml()
    {
        const string Yaml = "current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'https://x'}}]\n";
        const string Json = """{"current-context":"x","contexts":[{"name":"x","context":{"cluster":"c"}}],"clusters":[{"name":"c","cluster":{"server":"https://x"}}]}""";
        Assert.Equal(KubeConfig.Load(Write("yaml", Yaml)), KubeConfig.Load(Write("json", Json)));
        Assert.Contains("config:", Assert.Throws<KubeConfigException>(() => KubeConfig.Load(Write("config", """{"users":[],"users":[]}"""))).Message);
    }

    [Theory]
    [InlineData("a: [", "config:")]
    [InlineData("{}", "no current-context; name a context")]
    [InlineData("{current-context: x}", "no context 'x'; there are: ")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: c}}]}", "no cluster 'c'")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: 'ftp://x'}}]}", "server 'ftp://x' is not an http or https address")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: 'https://x', proxy-url: 'socks5://p:1080'}}]}", "proxy-url 'socks5://p:1080' is not an http or https address")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: {server: 'https://x'}}], users: [{name: u, user: {exec: {command: aws}}}]}", "user 'u' uses 'exec', which is not supported")]
    public void What_cannot_be_used_is_said(string text, string message) =>
        Assert.Contains(message, Assert.Throws<KubeConfigException>(() => KubeConfig.Load(Write("config", text))).Message);

    [Theory]
    [InlineData("10.96.0.1", "443", "https://10.96.0.1/")]
    [InlineData("fd96::1", "6443", "https://[fd96::1]:6443/")]
    public void A_pods_own_account_leads_to_its_cluster(string host, string port, string address)
    {
        Write("ca.crt", "CA");
        Write("token", "first");
        Write("namespace", "kube-system\n");
        var config = KubeConfig.InCluster(_directory.FullName, name => name == "KUBERNETES_SERVICE_HOST" ? host : port);
        Assert.Equal((address, "CA", "kube-system"), (config.Server.ToString(), config.CertificateAuthority, config.Namespace));
        Assert.Equal(Path.Combine(_directory.FullName, "token"), config.TokenFile);
        Assert.Null(config.Token);
    }

    [Fact]
    public void Outside_a_pod_or_without_its_account_it_is_said_what_is_missing()
    {
        Assert.Contains("KUBERNETES_SERVICE_HOST is not set", Assert.Throws<KubeConfigException>(() => KubeConfig.InCluster(_directory.FullName, _ => null)).Message);
        Assert.Contains("ca.crt", Assert.Throws<KubeConfigException>(() => KubeConfig.InCluster(_directory.FullName, Environment)).Message);
        Write("ca.crt", "CA");
        Assert.Contains("no service account token", Assert.Throws<KubeConfigException>(() => KubeConfig.InCluster(_directory.FullName, Environment)).Message);

        static string? Environment(string name) => name == "KUBERNETES_SERVICE_HOST" ? "10.96.0.1" : null;
    }

    [Fact]
    public void Of_several_files_the_first_that_names_a_thing_counts()
    {
        var first = Write("first", "{current-context: one, contexts: [{name: one, context: {cluster: c, user: u}}], users: [{name: u, user: {token: mine}}]}");
        var second = Write("second", "{current-context: two, clusters: [{name: c, cluster: {server: 'https://c', proxy-url: 'http://proxy:3128'}}], users: [{name: u, user: {token: theirs}}]}");
        var config = KubeConfig.LoadDefault(environment: name => name == "KUBECONFIG" ? $"{first}:/nowhere:{second}" : null);
        Assert.Equal(("one", "https://c/", "mine", "http://proxy:3128/"), (config.Context, config.Server.ToString(), config.Token, config.Proxy!.ToString()));
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("/nowhere/config", Assert.Throws<KubeConfigException>(() => KubeConfig.Load("/nowhere/config")).Message);

    [Fact]
    public async Task Only_the_given_authority_is_trusted_and_the_token_is_sent()
    {
        await using var server = await StartAsync("one");
        await using var other = await StartAsync("two");
        var url = $"https://127.0.0.1:{server.Endpoints[0].Port}";
        using (var client = new KubeClient(KubeConfig.Load(Write("config", server.Kubeconfig(url, "lab")))))
            Assert.NotEmpty((await client.ListAsync<Namespace>()).Items);
        using (var client = new KubeClient(KubeConfig.Load(Write("config", other.Kubeconfig(url, "lab")))))
        {
            var error = await Assert.ThrowsAsync<KubeApiException>(() => client.ListAsync<Namespace>());
            Assert.True(error.IsUnreachable);
            Assert.Contains("certificate", error.Message);
        }

        using var stranger = new KubeClient(KubeConfig.Load(Write("config", server.Kubeconfig(url, "lab"))) with { Token = "wrong" });
        Assert.Equal(401, (await Assert.ThrowsAsync<KubeApiException>(() => stranger.ListAsync<Namespace>())).Code);
    }

    [Fact]
    public async Task A_controller_sees_its_own_writes_at_once_and_older_news_do_not_undo_them()
    {
        await using var server = await StartAsync("observe");
        using var client = new KubeClient(KubeConfig.Load(Write("config", server.Kubeconfig($"https://127.0.0.1:{server.Endpoints[0].Port}", "lab"))));
        using var stop = new CancellationTokenSource();
        var informer = new Informer<ConfigMap>(client, new() { Namespace = "default" });
        var running = informer.RunAsync(stop.Token);
        await informer.Synced;
        for (var i = 0; i < 50; i++)
        {
            var map = await client.CreateAsync(new ConfigMap { Metadata = new() { Name = $"m{i}", Namespace = "default" } });
            informer.Observe(map);
            Assert.NotNull(informer.Find("default", map.Metadata.Name));
            var changed = await client.PatchAsync(map, map with { Data = StringMap.Of(("n", $"{i}")) });
            informer.Observe(changed);
            informer.Observe(map);
            Assert.Equal($"{i}", informer.Find("default", map.Metadata.Name)!.Data["n"]);
            await client.DeleteAsync<ConfigMap>("default", map.Metadata.Name);
            informer.ObserveDeleted(changed);
            Assert.Null(informer.Find("default", map.Metadata.Name));
        }

        var last = await client.CreateAsync(new ConfigMap { Metadata = new() { Name = "last", Namespace = "default" } });
        for (var i = 0; i < 500 && informer.ResourceVersion != last.Metadata.ResourceVersion; i++)
            await Task.Delay(10);
        Assert.Equal(["last"], informer.Items.Keys.Select(key => key.Name));
        await stop.CancelAsync();
        await running;
    }

    private Task<ApiServerHost> StartAsync(string name) => ApiServerHost.StartAsync(
        new ApiServerOptions { StateDirectory = Path.Combine(_directory.FullName, name), Listen = [new IPEndPoint(IPAddress.Loopback, 0)] }, CancellationToken.None);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
