using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>A pod with the annotation <c>weft/stand-in: full</c>: what it speaks beyond the small stand-in, all on one port.</summary>
public sealed class FullStandInTests : IAsyncLifetime
{
    private const string Manifest = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: web
          annotations:
            weft/stand-in: full
            weft/stand-in-status: /gone=410
        spec:
          containers:
            - name: web
              image: example.com/web
              ports:
                - containerPort: 8443
                - containerPort: 5353
                  protocol: UDP
        ---
        apiVersion: v1
        kind: Pod
        metadata:
          name: client
        spec:
          containers:
            - name: tools
              image: weft/host
              command: ["sleep", "infinity"]
        """;

    private readonly TestLab _lab = new();
    private string _address = "";

    public async ValueTask InitializeAsync()
    {
        (await _lab.FeedWeftAsync(Manifest, "up", "--nodes", "1", "-", "--publish", "127.0.0.1:0:pod/web:8443")).Succeeded();
        _address = (await _lab.PodAddressesAsync())["web"];
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task One_port_speaks_http1_http2_tls_grpc_and_gives_other_bytes_back()
    {
        var log = (await _lab.KubectlAsync("logs", "web")).Succeeded().Output;
        Assert.Contains("listening on TCP port 8443", log);
        Assert.Contains("listening on UDP port 5353", log);

        await AnswersAsync("1.1", "--http1.1", $"http://{_address}:8443/plain");
        await AnswersAsync("2", "--http2-prior-knowledge", $"http://{_address}:8443/clear");
        await AnswersAsync("2", "-k", $"https://{_address}:8443/sealed");
        await AnswersAsync("1.1", "-k", "--http1.1", $"https://{_address}:8443/sealed");
        Assert.Equal("410", (await ClientAsync("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", $"http://{_address}:8443/gone")).Output);

        Assert.Equal("raw bytes", (await ClientAsync("sh", "-c", $"printf 'raw bytes' | socat -t 5 - TCP:{_address}:8443")).Output);
        Assert.Equal("PU", (await ClientAsync("sh", "-c", $"printf PU | socat -t 5 - TCP:{_address}:8443")).Output);
        Assert.Equal("datagram", (await ClientAsync("sh", "-c", $"printf datagram | socat -t 1 - UDP:{_address}:5353")).Output);

        // Slow clients are not hurried, and a connection stays open between requests.
        var requests = "printf 'GET /a HTTP/1.1\\r\\n' >&3; sleep 3; printf 'Host: a\\r\\n\\r\\n' >&3; sleep 3; printf 'GET /gone HTTP/1.1\\r\\nHost: b\\r\\nConnection: close\\r\\n\\r\\n' >&3";
        var answers = (await ClientAsync("timeout", "60", "bash", "-c", $"exec 3<>/dev/tcp/{_address}/8443; {requests}; cat <&3")).Output;
        Assert.Equal(["200", "410"], Regex.Matches(answers, "HTTP/1.1 ([0-9]+)").Select(match => match.Groups[1].Value));

        var published = (await _lab.StatusAsync())["published"]![0]!["address"]!.GetValue<string>();
        Assert.Equal([0, 0, 0, 0, 2, 8, 1], await CallAsync(published, "/grpc.health.v1.Health/Check", [0, 0, 0, 0, 0]));
        byte[] message = [0, 0, 0, 0, 3, 10, 1, 65];
        Assert.Equal(message, await CallAsync(published, "/shop.Orders/Place", message));

        (await _lab.KubectlAsync("annotate", "pod", "web", "--overwrite", "weft/stand-in-status=503")).Succeeded();
        await Shell.UntilAsync(
            async () => (await ClientAsync("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", $"http://{_address}:8443/")).Output == "503",
            "a changed annotation is heard");

        await _lab.KubectlAsync("exec", "web", "--", "kill", "-TERM", "1");
        await Shell.UntilAsync(
            async () => (await _lab.KubectlAsync("get", "pod", "web", "-o", "jsonpath={.status.containerStatuses[0].lastState.terminated.exitCode}")).Output == "0",
            "SIGTERM ends the container with exit code 0");
    }

    private async Task AnswersAsync(string version, params string[] request)
    {
        var output = (await ClientAsync(["curl", "-sS", "-m", "20", "-w", "%{http_version}", "-H", "X-Colour: blue", .. request])).Output;
        Assert.EndsWith("}\n" + version, output);
        var answer = JsonNode.Parse(output[..output.LastIndexOf('\n')])!.AsObject();
        Assert.Equal(["pod", "namespace", "node", "ip", "client", "method", "path", "host", "headers"], answer.Select(member => member.Key));
        Assert.Equal("web", answer["pod"]!.GetValue<string>());
        Assert.Equal(_address, answer["ip"]!.GetValue<string>());
        Assert.Equal(new Uri(request[^1]).AbsolutePath, answer["path"]!.GetValue<string>());
        Assert.Equal($"{_address}:8443", answer["host"]!.GetValue<string>());
        Assert.Equal("blue", answer["headers"]!["x-colour"]!.GetValue<string>());
    }

    private async Task<Outcome> ClientAsync(params string[] command) => (await _lab.WeftAsync(["exec", "client", "--", .. command])).Succeeded();

    private static async Task<byte[]> CallAsync(string address, string method, byte[] frame)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{address}{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var response = await client.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["0"], response.TrailingHeaders.GetValues("grpc-status"));
        return body;
    }
}
