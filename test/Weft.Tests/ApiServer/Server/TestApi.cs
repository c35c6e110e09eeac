using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Weft.ApiServer;

namespace Weft.Tests.ApiServer.Server;

/// <summary>A server on a free loopback port, and a client that is its administrator.</summary>
internal sealed class TestApi : IAsyncDisposable
{
    public const string Json = "application/json";
    public const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";

    private readonly ApiServerHost _host;
    private readonly DirectoryInfo _folder;
    private readonly HttpClient _client;

    private TestApi(ApiServerHost host, DirectoryInfo folder)
    {
        _host = host;
        _folder = folder;
        _client = NewClient();
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.AdminToken);
    }

    public ApiServerHost Host => _host;

    public static async Task<TestApi> StartAsync(Func<ApiServerOptions, ApiServerOptions>? configure = null)
    {
        var folder = Directory.CreateTempSubdirectory("weft-api-");
        var options = new ApiServerOptions { StateDirectory = Path.Combine(folder.FullName, "state"), Listen = [new IPEndPoint(IPAddress.Loopback, 0)] };
        return new TestApi(await ApiServerHost.StartAsync(configure?.Invoke(options) ?? options, TestContext.Current.CancellationToken), folder);
    }

    /// <summary>A client without a token.</summary>
    public HttpClient NewClient()
    {
        var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } };
        return new HttpClient(handler) { BaseAddress = new Uri($"https://{_host.Endpoints[0]}"), Timeout = TimeSpan.FromSeconds(30) };
    }

    public Task<Answer> GetAsync(string path, string accept = Json) => SendAsync("GET", path, (byte[]?)null, Json, accept);

    public Task<Answer> PostAsync(string path, string body) => SendAsync("POST", path, body);

    public Task<Answer> PutAsync(string path, string body) => SendAsync("PUT", path, body);

    public Task<Answer> DeleteAsync(string path, string? body = null) => SendAsync("DELETE", path, body);

    public Task<Answer> MergeAsync(string path, string body) => SendAsync("PATCH", path, body, "application/merge-patch+json");

    public Task<Answer> SendAsync(string method, string path, string? body, string contentType = Json, string accept = Json) =>
        SendAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body), contentType, accept);

    public async Task<Answer> SendAsync(string method, string path, byte[]? body, string contentType, string accept)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer((int)response.StatusCode, text, response.Headers.TryGetValues("Warning", out var warnings) ? [.. warnings] : []);
    }

    /// <summary>Creates what must be creatable.</summary>
    public async Task<JsonNode> CreateAsync(string path, string body)
    {
        var answer = await PostAsync(path, body);
        Assert.True(answer.Code == 201, answer.Text);
        return answer.Body;
    }

    public async Task<WatchReader> WatchAsync(string path, string accept = Json)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new WatchReader(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

/// <summary>What a request came to.</summary>
internal sealed record Answer(int Code, string Text, IReadOnlyList<string> Warnings)
{
    public JsonNode Body => JsonNode.Parse(Text)!;

    public string? Reason => (string?)Body["reason"];

    public string? Message => (string?)Body["message"];

    public string Revision => (string)Body["metadata"]!["resourceVersion"]!;
}
