using Weft.Kubernetes;
using Weft.Lab.Pods.Files;

namespace Weft.Tests.Lab;

public sealed class ServiceVariablesTests
{
    [Fact]
    public void A_service_gives_its_address_and_every_port()
    {
        var variables = ServiceVariables.Of(ServiceOf("10.96.0.7", new ServicePort { Name = "http-web", Port = 80, Protocol = "TCP" }, new ServicePort { Name = "dns", Port = 53, Protocol = "UDP" }));
        Assert.Equal(
            [
                "MY_WEB_SERVICE_HOST=10.96.0.7",
                "MY_WEB_SERVICE_PORT=80",
                "MY_WEB_SERVICE_PORT_HTTP_WEB=80",
                "MY_WEB_SERVICE_PORT_DNS=53",
                "MY_WEB_PORT=tcp://10.96.0.7:80",
                "MY_WEB_PORT_80_TCP=tcp://10.96.0.7:80",
                "MY_WEB_PORT_80_TCP_PROTO=tcp",
                "MY_WEB_PORT_80_TCP_PORT=80",
                "MY_WEB_PORT_80_TCP_ADDR=10.96.0.7",
                "MY_WEB_PORT_53_UDP=udp://10.96.0.7:53",
                "MY_WEB_PORT_53_UDP_PROTO=udp",
                "MY_WEB_PORT_53_UDP_PORT=53",
                "MY_WEB_PORT_53_UDP_ADDR=10.96.0.7",
            ],
            variables.Select(pair => $"{pair.Key}={pair.Value}"));
    }

    [Fact]
    public void An_ipv6_address_stands_in_brackets_where_a_port_follows() =>
        Assert.Contains(new("MY_WEB_PORT", "tcp://[fd00:10:96::7]:80"), ServiceVariables.Of(ServiceOf("fd00:10:96::7", new ServicePort { Port = 80 })));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("None")]
    public void A_service_without_an_address_gives_nothing(string? address) =>
        Assert.Empty(ServiceVariables.Of(ServiceOf(address, new ServicePort { Port = 80 })));

    private static Service ServiceOf(string? address, params ServicePort[] ports) => new()
    {
        Metadata = new ObjectMeta { Name = "my-web", Namespace = "default" },
        Spec = new ServiceSpec { ClusterIP = address, Ports = [.. ports] },
    };
}
