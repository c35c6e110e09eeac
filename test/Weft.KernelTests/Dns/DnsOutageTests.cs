using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weft.Dns.Wire;
using Weft.KernelTests.Node;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Tests.Client.Upstream;

namespace Weft.KernelTests.Dns;

/// <summary>The whole agent as cluster DNS while the API server is away.</summary>
public sealed class DnsOutageTests : IDisposable
{
    private const string Name = "web.default.svc.cluster.local", None = "none.default.svc.cluster.local", Others = "www.example.org", OthersAddress = "192.0.2.1";
    private const int HealthPort = 10270;

    private readonly OthersServer _others = new();

    public void Dispose() => _others.Dispose();

    [Fact]
    public async Task Names_are_answered_and_metrics_say_for_how_long_they_are_old()
    {
        var server = await DnsAgentTests.StartAsync();
        await using var agent = NewAgent();
        var (config, port) = (server.Config, server.Address.Port);
        agent.Start(config, HealthPort);
        using var client = new DnsClientSocket(NodeLocalDns.Of(v6: false));
        client.Until(Name, "10.96.0.77");
        await UntilStaleAsync(agent, seconds => seconds == 0);

        await server.DisposeAsync();
        await UntilStaleAsync(agent, seconds => seconds > 0);
        await UntilStaleAsync(agent, seconds => seconds > 1);
        Assert.Equal(["10.96.0.77"], client.Ask(Name));
        Assert.Equal(DnsCode.NXDomain, client.AskWhole(None).Code);

        server = await DnsAgentTests.StartAsync(port);
        await UntilStaleAsync(agent, seconds => seconds == 0);
        await agent.StopAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task An_agent_that_starts_then_answers_names_of_others_and_says_which_it_does_not_know_yet()
    {
        var server = await DnsAgentTests.StartAsync();
        await using var agent = NewAgent();
        var (config, port) = (server.Config, server.Address.Port);
        agent.Start(config);
        using var client = new DnsClientSocket(NodeLocalDns.Of(v6: false));
        client.Until(Name, "10.96.0.77");
        await agent.StopAsync();
        await server.DisposeAsync();

        // It knows from the one before which Services there are, and where to answer.
        agent.Start(config);
        using var atClusterIp = new DnsClientSocket(IpAddress.Parse("10.96.0.10"));
        Assert.Equal(ExtendedErrorCode.NotReady, atClusterIp.Until(Name, DnsCode.ServFail));
        client.Until(Others, OthersAddress);
        client.Until(None, DnsCode.NXDomain);

        server = await DnsAgentTests.StartAsync(port);
        client.Until(Name, "10.96.0.77");
        client.Until(Others, OthersAddress);
        await agent.StopAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task The_first_agent_of_a_node_begins_with_defaults()
    {
        var server = await DnsAgentTests.StartAsync();
        var (config, port) = (server.Config, server.Address.Port);
        await server.DisposeAsync();
        await using var agent = NewAgent();
        agent.Start(config);
        using var client = new DnsClientSocket(NodeLocalDns.Of(v6: false));
        client.Until(Others, OthersAddress);
        Assert.Equal(ExtendedErrorCode.NotReady, client.Until(None, DnsCode.ServFail));
        Assert.Contains(agent.Said, line => line.StartsWith("DNS: the API server has not been heard yet", StringComparison.Ordinal));

        server = await DnsAgentTests.StartAsync(port);
        client.Until(Name, "10.96.0.77");
        client.Until(None, DnsCode.NXDomain);
        await agent.StopAsync();
        await server.DisposeAsync();
    }

    private static ForeignAgent NewAgent()
    {
        var agent = new ForeignAgent();
        File.WriteAllText(agent.ResolvConf, $"nameserver {OthersServer.Address}\n");
        return agent;
    }

    private static Task UntilStaleAsync(ForeignAgent agent, Func<double, bool> holds) => agent.UntilAsync(
        () => Metric("weft_dns_stale_seconds") is { } seconds && holds(seconds), "the age of what is answered");

    /// <summary>A metric of the agent; null while it does not answer.</summary>
    private static double? Metric(string name)
    {
        using var client = new HttpClient { Timeout = UpstreamSamples.Patience };
        try
        {
            var lines = client.GetStringAsync(new Uri($"http://127.0.0.1:{HealthPort}/metrics")).GetAwaiter().GetResult().Split('\n');
            return double.Parse(Assert.Single(lines, line => line.StartsWith($"{name} ", StringComparison.Ordinal))[(name.Length + 1)..], CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Somebody outside the cluster who has one address for every name.</summary>
    private sealed class OthersServer : IDisposable
    {
        public const string Address = "127.0.0.53";
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        public OthersServer()
        {
            _socket.Bind(new IPEndPoint(IPAddress.Parse(Address), 53));
            _ = RunAsync();
        }

        public void Dispose() => _socket.Dispose();

        private async Task RunAsync()
        {
            var buffer = new byte[512];
            try
            {
                while (true)
                {
                    var received = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                    await _socket.SendToAsync(Answer(buffer.AsSpan(0, received.ReceivedBytes)), received.RemoteEndPoint);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private static byte[] Answer(ReadOnlySpan<byte> query)
        {
            Assert.True(DnsMessage.TryRead(query, out var message));
            var question = message.Questions[0];
            var isAddress = question.Type == DnsType.A;
            var writer = new MessageWriter(new byte[512]);
            Assert.True(writer.TryWriteQuestion(question.Name.Wire, question.Type));
            Assert.True(!isAddress || writer.TryWriteRecord(question.Name.Wire, DnsType.A, 60, IPAddress.Parse(OthersAddress).GetAddressBytes()));
            return writer.Finish(new DnsHeader(message.Header.Id, message.Header.AnswerFlags(DnsCode.NoError), 1, (ushort)(isAddress ? 1 : 0))).ToArray();
        }
    }
}
