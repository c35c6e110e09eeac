using Weft.Kubernetes;
using Weft.Node.Dns.Asking;

namespace Weft.Tests.Node.Dns;

/// <summary>Who asks for a Service hears which endpoints stand behind it.</summary>
public sealed class AnswerFactsTests
{
    [Theory]
    [InlineData("10.96.0.20", "", "no pod with an address has the labels that shop/web selects: see `kubectl -n shop get pods -l app=web`")]
    [InlineData("10.96.0.20", "a", "connections go to shop/a (EndpointSlice web-1)")]
    [InlineData("10.96.0.20", "a -b", "connections go to shop/a; not ready is shop/b (EndpointSlice web-1)")]
    [InlineData("10.96.0.20", "-a -b", "none of the endpoints of shop/web is ready: shop/a, shop/b (EndpointSlice web-1)")]
    [InlineData("None", "-a", "none of the endpoints of shop/web is ready: shop/a (EndpointSlice web-1)")]
    [InlineData("None", "a", null)]
    [InlineData("None", "a -b -c", "not ready are shop/b, shop/c (EndpointSlice web-1)")]
    [InlineData("10.96.0.20", "a b c d e f g", "connections go to shop/a, shop/b, shop/c, shop/d, shop/e and 2 more (EndpointSlice web-1)")]
    public void Endpoints_of_a_Service_are_named(string clusterIp, string endpoints, string? said)
    {
        var service = new Service { Metadata = new ObjectMeta { Name = "web", Namespace = "shop" }, Spec = new ServiceSpec { ClusterIP = clusterIp, Selector = StringMap.Of(("app", "web")) } };
        Assert.Equal(said, AnswerFacts.Readiness(new ServiceObjects(service, endpoints.Length == 0 ? [] : [Slice(endpoints)])));
    }

    [Fact]
    public void Without_a_selector_nobody_writes_endpoints()
    {
        var service = new Service { Metadata = new ObjectMeta { Name = "web", Namespace = "shop" }, Spec = new ServiceSpec { ClusterIP = "10.96.0.20" } };
        Assert.Equal("no EndpointSlice names endpoints of shop/web, and without a selector nobody writes one unless you do", AnswerFacts.Readiness(new ServiceObjects(service, [])));
    }

    private static EndpointSlice Slice(string endpoints) => new()
    {
        Metadata = new ObjectMeta { Name = "web-1", Namespace = "shop" },
        Endpoints = [.. endpoints.Split(' ').Select((one, i) => new Endpoint
        {
            Addresses = [$"10.244.0.{i + 1}"],
            Conditions = new EndpointConditions { Ready = !one.StartsWith('-') },
            TargetRef = new ObjectReference { Kind = "Pod", Namespace = "shop", Name = one.TrimStart('-') },
        })],
    };
}
