using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Weft.Tests.Kubectl;

namespace Weft.Tests.Streaming;

/// <summary>The channel protocol of exec, byte by byte.</summary>
public sealed class ExecSocketTests
{
    private const string Pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web, namespace: default}
        spec:
          nodeName: node-1
          containers: [{name: web, image: weft/host}]
        """;

    private readonly FakePodRuntime _runtime = new();

    [Theory]
    [InlineData("v4.channel.k8s.io")]
    [InlineData("v5.channel.k8s.io")]
    public async Task Output_errors_and_exit_code_have_channels_of_their_own(string protocol)
    {
        await using var server = await StartAsync();
        using var socket = await ConnectAsync(server, "stdout=true&stderr=true&command=sh&command=-c&command=echo+out;echo+err+%3E%262;exit+3", protocol);
        var channels = await ReadAllAsync(socket);
        Assert.Equal(protocol, socket.SubProtocol);
        Assert.Equal("out\n", channels[1]);
        Assert.Equal("err\n", channels[2]);
        var status = JsonNode.Parse(channels[3])!;
        Assert.Equal("NonZeroExitCode", (string?)status["reason"]);
        Assert.Equal("3", (string?)status["details"]!["causes"]![0]!["message"]);
    }

    [Fact]
    public async Task The_newest_offered_protocol_is_taken()
    {
        await using var server = await StartAsync();
        using var socket = await ConnectAsync(server, "stdout=true&command=true", "v4.channel.k8s.io", "v5.channel.k8s.io");
        Assert.Equal("v5.channel.k8s.io", socket.SubProtocol);
        Assert.Equal("Success", (string?)JsonNode.Parse((await ReadAllAsync(socket))[3])!["status"]);
    }

    [Fact]
    public async Task Closing_the_input_channel_ends_the_input_and_not_the_output()
    {
        await using var server = await StartAsync();
        using var socket = await ConnectAsync(server, "stdin=true&stdout=true&command=sh&command=-c&command=cat;echo+end", "v5.channel.k8s.io");
        await SendAsync(socket, [0, .. "hello "u8]);
        await SendAsync(socket, [0, .. "world\n"u8]);
        await SendAsync(socket, [255, 0]);
        Assert.Equal("hello world\nend\n", (await ReadAllAsync(socket))[1]);
    }

    [Fact]
    public async Task Sizes_reach_the_terminal_and_nonsense_does_not()
    {
        await using var server = await StartAsync();
        using var socket = await ConnectAsync(server, "stdin=true&stdout=true&tty=true&command=cat", "v5.channel.k8s.io");
        await SendAsync(socket, [4, .. """{"Width":120,"Height":40}"""u8]);
        await SendAsync(socket, [4, .. "{\"Width\":"u8]);
        await SendAsync(socket, [4, .. """{"Width":-1,"Height":99999999}"""u8]);
        await SendAsync(socket, []);
        await SendAsync(socket, [77, 1, 2]);
        await SendAsync(socket, [255, 0]);
        await ReadAllAsync(socket);
        Assert.Equal([(120, 40)], Assert.Single(_runtime.Sessions).Sizes);
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_process()
    {
        await using var server = await StartAsync();
        using var socket = await ConnectAsync(server, "stdin=true&stdout=true&command=sleep&command=1000", "v5.channel.k8s.io");
        while (_runtime.Sessions.IsEmpty)
            await Task.Delay(10);
        socket.Abort();
        await _runtime.Sessions.First().Disposed.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Large_output_arrives_whole()
    {
        await using var server = await StartAsync();
        using var socket = await ConnectAsync(server, "stdout=true&command=seq&command=200000", "v5.channel.k8s.io");
        var lines = (await ReadAllAsync(socket))[1].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(200000, lines.Length);
        Assert.Equal("200000", lines[^1]);
    }

    [Fact]
    public async Task A_program_that_does_not_exist_is_an_error_on_the_error_channel()
    {
        await using var server = await StartAsync();
        using var socket = await ConnectAsync(server, "stdout=true&command=missing", "v4.channel.k8s.io");
        Assert.Contains("executable file not found", (await ReadAllAsync(socket))[3]);
    }

    [Theory]
    [InlineData("exec?stdout=true", "you must specify at least one command for the container")]
    [InlineData("exec?command=a", "you must specify at least 1 of stdin, stdout, stderr")]
    [InlineData("exec?command=a&stdout=true&container=b", "container b is not valid for pod web")]
    [InlineData("exec?command=a&stdout=true", "this server streams over WebSocket only, not SPDY: use kubectl 1.31 or later")]
    [InlineData("portforward?ports=80", "port forwarding is not supported by this server: publish a port of the lab instead (weft up --publish)")]
    [InlineData("attach?stdin=true", "the input of container web cannot be attached to: use exec, or attach without --stdin")]
    public async Task A_request_that_cannot_be_served_says_why(string request, string message)
    {
        await using var server = await StartAsync();
        using var client = new HttpClient();
        var response = await client.PostAsync($"{server.Url}/api/v1/namespaces/default/pods/web/{request}", null);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(message, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["message"]);
    }

    private async Task<KubectlServer> StartAsync()
    {
        var server = await KubectlServer.StartAsync(_runtime);
        server.Put("api/v1/namespaces/default/pods/web", Pod);
        return server;
    }

    private static async Task<ClientWebSocket> ConnectAsync(KubectlServer server, string query, params string[] protocols)
    {
        var socket = new ClientWebSocket();
        foreach (var protocol in protocols)
            socket.Options.AddSubProtocol(protocol);
        var address = server.Url.Replace("http:", "ws:", StringComparison.Ordinal);
        await socket.ConnectAsync(new Uri($"{address}/api/v1/namespaces/default/pods/web/exec?{query}"), default);
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, byte[] message) => socket.SendAsync(message, WebSocketMessageType.Binary, true, default);

    private static async Task<Dictionary<int, string>> ReadAllAsync(ClientWebSocket socket)
    {
        var channels = new Dictionary<int, MemoryStream>();
        var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await socket.ReceiveAsync(buffer.AsMemory(), limit.Token) is { MessageType: not WebSocketMessageType.Close } part)
        {
            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage)
                continue;
            var bytes = message.ToArray();
            message.SetLength(0);
            channels.TryAdd(bytes[0], new MemoryStream());
            channels[bytes[0]].Write(bytes, 1, bytes.Length - 1);
        }
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        return channels.ToDictionary(c => c.Key, c => Encoding.UTF8.GetString(c.Value.ToArray()));
    }
}
