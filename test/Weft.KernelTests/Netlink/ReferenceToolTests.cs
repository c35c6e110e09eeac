using System.Diagnostics;
using System.Text.Json.Nodes;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Routes;
using Weft.Netlink;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Netlink;

/// <summary>What we make and list is what iproute2 sees.</summary>
public sealed class ReferenceToolTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"weft-reference-{Guid.NewGuid():n}");
    private readonly NetworkNamespace _where;
    private readonly KernelNetworkStack _stack;

    public ReferenceToolTests()
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/ip") || File.Exists("/sbin/ip"), "ip (iproute2) is not installed");
        _where = NetworkNamespace.CreatePinned(_path);
        _stack = KernelNetworkStack.Open(_where);
        _stack.ChangeLink("lo", new LinkChange { Up = true });
        _stack.CreateLink(new LinkSpec("br0", new BridgeKind()) { Mtu = 1400 });
        _stack.CreateVeth(new VethSpec("a", "b") { Master = "br0", Port = new BridgePort { Isolated = true } });
        _stack.CreateLink(new LinkSpec("vx0", new VxlanKind { Vni = 77, Local = IpAddress.Parse("10.0.0.1") }));
        _stack.AddAddress(new InterfaceAddress("b", IpAddress.Parse("10.1.0.5"), 24) { Broadcast = IpAddress.Parse("10.1.0.255") });
        _stack.AddAddress(new InterfaceAddress("b", IpAddress.Parse("fd00::5"), 64) { NoDad = true });
        _stack.AddRoute(new Route(IpPrefix.AnyV4) { Gateway = IpAddress.Parse("10.1.0.1"), Protocol = RouteProtocol.Static });
        _stack.AddRoute(new Route(IpPrefix.AnyV6) { Gateway = IpAddress.Parse("fd00::1") });
        _stack.AddRoute(new Route(IpPrefix.Parse("10.9.0.0/16")) { Type = RouteType.Blackhole, Table = 1000 });
    }

    public void Dispose()
    {
        _stack.Dispose();
        _where.Dispose();
        NetworkNamespace.DeletePinned(_path);
    }

    [Fact]
    public void Links_are_those_of_ip_link()
    {
        var theirs = Ip("-d", "link").Select(link => $"{link["ifname"]} {link["mtu"]} {link["address"]} {link["master"]} {link["linkinfo"]?["info_kind"]}");
        Assert.Equal(theirs, _stack.Links().Select(link => $"{link.Name} {link.Mtu} {link.Address} {link.Master} {link.Kind?.Name}"));
        Assert.Contains(Ip("-d", "link", "show", "a"), link => link["linkinfo"]!["info_slave_data"]!["isolated"]!.GetValue<bool>());
    }

    [Fact]
    public void Addresses_are_those_of_ip_address()
    {
        var theirs = Ip("address").SelectMany(link => link["addr_info"]!.AsArray().Select(item => $"{item!["local"]}/{item["prefixlen"]} on {link["ifname"]}"));
        Assert.Equal(theirs.Order(StringComparer.Ordinal), _stack.Addresses().Select(address => address.ToString()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("-4")]
    [InlineData("-6")]
    public void Routes_are_those_of_ip_route(string family)
    {
        var theirs = Ip(family, "route", "show", "table", "all").Select(route => $"{Full(route["dst"]!.ToString(), family)} {route["gateway"]} {route["type"] ?? "unicast"}");
        var ours = _stack.Routes(new RouteFilter { IsV6 = family == "-6" })
            .Select(route => $"{route.Destination} {route.Gateway} {route.Type.ToString().ToLowerInvariant()}");
        Assert.Equal(theirs.Order(StringComparer.Ordinal), ours.Order(StringComparer.Ordinal));
    }

    private static string Full(string destination, string family)
    {
        if (destination == "default")
            return family == "-6" ? "::/0" : "0.0.0.0/0";
        return destination.Contains('/') ? destination : $"{destination}/{(family == "-6" ? 128 : 32)}";
    }

    private IReadOnlyList<JsonObject> Ip(params string[] arguments)
    {
        var start = new ProcessStartInfo("nsenter", [$"--net={_path}", "ip", "-j", .. arguments]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var tool = Process.Start(start)!;
        var text = tool.StandardOutput.ReadToEnd();
        return [.. JsonNode.Parse(text)!.AsArray().Select(item => item!.AsObject()).Where(item => item.Count > 0)];
    }
}
