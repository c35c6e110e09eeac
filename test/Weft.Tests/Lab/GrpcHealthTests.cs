using System.Net;
using Weft.Lab.Pods.Probes;

namespace Weft.Tests.Lab;

public sealed class GrpcHealthTests
{
    [Fact]
    public async Task A_serving_answer_passes_and_the_service_is_named_in_the_request()
    {
        var server = new Server([0, 0, 0, 0, 2, 0x08, 1], "0");
        Assert.True((await AskAsync(server, "db")).Passed);
        Assert.Equal([0, 0, 0, 0, 4, 0x0A, 2, (byte)'d', (byte)'b'], server.Asked);
        Assert.Equal("http://[fd00::1]:50051/grpc.health.v1.Health/Check", server.Url);
        Assert.Equal(HttpVersion.Version20, server.Version);
    }

    [Fact]
    public async Task A_service_name_of_any_length_is_framed()
    {
        var server = new Server([0, 0, 0, 0, 2, 0x08, 1], "0");
        await AskAsync(server, new string('x', 300));
        Assert.Equal([0, 0, 0, 1, 0x2F, 0x0A, 0xAC, 0x02, (byte)'x'], server.Asked[..9]);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 0x08, 2 }, "0", "service unhealthy (responded with \"NOT_SERVING\")")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 }, "0", "service unhealthy (responded with \"UNKNOWN\")")]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 0x08, 99 }, "0", "service unhealthy (responded with \"99\")")]
    [InlineData(new byte[0], "0", "no uncompressed message")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, "0", "no uncompressed message")]
    [InlineData(new byte[0], "12", "does not implement the grpc health protocol")]
    [InlineData(new byte[0], "14", "code = 14")]
    [InlineData(new byte[0], null, "health rpc probe failed")]
    public async Task Any_other_answer_fails_and_says_why(byte[] body, string? status, string words)
    {
        var outcome = await AskAsync(new Server(body, status), "");
        Assert.False(outcome.Passed);
        Assert.Contains(words, outcome.Message);
    }

    private static async Task<ProbeOutcome> AskAsync(Server server, string service)
    {
        using var http = new HttpMessageInvoker(server);
        return await GrpcHealth.CheckAsync(http, "[fd00::1]:50051", service, TestContext.Current.CancellationToken);
    }

    private sealed class Server(byte[] body, string? status) : HttpMessageHandler
    {
        public byte[] Asked { get; private set; } = [];

        public string Url { get; private set; } = "";

        public Version Version { get; private set; } = HttpVersion.Unknown;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (Asked, Url, Version) = (await request.Content!.ReadAsByteArrayAsync(cancellationToken), request.RequestUri!.ToString(), request.Version);
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(body) };
            if (status is not null)
                response.TrailingHeaders.Add("grpc-status", status);
            return response;
        }
    }
}
