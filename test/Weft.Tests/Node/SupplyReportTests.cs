using Microsoft.Extensions.Logging.Abstractions;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Node.Status;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Node;

public sealed class SupplyReportTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void What_an_agent_waits_for_is_said_with_the_reason_and_the_way_out()
    {
        var line = Line(
            new State(KubeNode.Resource, true, TimeSpan.Zero, null),
            new State(Service.Resource, false, TimeSpan.FromSeconds(3), new KubeApiException(403, "Forbidden", "services is forbidden: User 'x' cannot list resource 'services'")));
        Assert.StartsWith("Waiting for services from https://api:6443/: services is forbidden", line, StringComparison.Ordinal);
        Assert.Contains("kubectl apply -f deploy/node-agent-rbac.yaml", line, StringComparison.Ordinal);
        Assert.Contains("what was programmed before stays", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "Unauthorized", "check the token or client certificate")]
    [InlineData(503, "apiserver not ready", "tried again by itself")]
    [InlineData(0, "The remote certificate is invalid", "certificate-authority")]
    [InlineData(0, "Connection refused", "without Services")]
    public void An_outage_is_told_with_its_length(int code, string message, string advice)
    {
        var line = Line(new State(Service.Resource, true, TimeSpan.FromSeconds(61), new KubeApiException(code, "x", message)));
        Assert.StartsWith("No news of services from https://api:6443/ for 61 s: ", line, StringComparison.Ordinal);
        Assert.Contains(advice, line, StringComparison.Ordinal);
        Assert.Contains("stay as they were", line, StringComparison.Ordinal);
    }

    [Fact]
    public void While_all_is_heard_nothing_is_said() =>
        Assert.Null(Line(new State(Service.Resource, true, TimeSpan.Zero, null), new State(KubeNode.Resource, true, TimeSpan.FromSeconds(5), null)));

    private static string? Line(params IInformerState[] states) => new SupplyReport(new Uri("https://api:6443"), states, NullLogger.Instance).Line(Patience);

    private sealed record State(ResourceType Resource, bool HasSynced, TimeSpan StaleFor, KubeApiException? LastError) : IInformerState;
}
