using Weft.Dns.Routing;
using Weft.Dns.Serving;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Node.Dns;

namespace Weft.Tests.Node.Dns;

/// <summary>What one agent leaves to the next.</summary>
public sealed class DnsMemoryTests : IDisposable
{
    private static readonly IpAddress Usual = IpAddress.Parse("169.254.20.10"), Other = IpAddress.Parse("169.254.25.10");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weft-dns-memory-");

    private string Path => System.IO.Path.Combine(_folder.FullName, "dns");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_next_agent_begins_with_settings_addresses_and_names()
    {
        var configuration = new ConfigMap { Data = StringMap.Of(("cluster-domain", "k8s.example"), ("dns-stub-domains", "corp.example = 192.0.2.53")) };
        var table = new DnsTable([new NamedService("default", "web") { Addresses = [Usual] }, new NamedService("shop", "cart")], ["Z", "default", "empty", "shop"]);
        await WriteAsync(configuration, [Other], table);

        var begun = new DnsMemory(new LastHeardFile(Path)).Begin(null, () => [Usual]);
        Assert.Equal((ZoneKnowledge.Names, "k8s.example."), (begun.Knowledge, begun.View.Zone.Origin.ToString()));
        Assert.Equal([Other], begun.View.Addresses);
        Assert.Equal(["corp.example.", "."], begun.View.Settings.Routes.Select(route => route.Zone.ToString()));
        Assert.Equal(["default/web", "shop/cart"], begun.Table.Services.Select(service => $"{service.Namespace}/{service.Name}"));
        Assert.All(begun.Table.Services, service => Assert.Empty(service.Addresses));
        Assert.Equal(["Z", "default", "empty", "shop"], begun.Table.Namespaces);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"names\":null}")]
    [InlineData("{\"settings\":[]}")]
    public void Without_a_memory_it_begins_with_defaults(string? text)
    {
        if (text is not null)
            File.WriteAllText(Path, text);
        var begun = new DnsMemory(new LastHeardFile(Path)).Begin(null, () => [Usual]);
        Assert.Equal((ZoneKnowledge.Domain, "cluster.local."), (begun.Knowledge, begun.View.Zone.Origin.ToString()));
        Assert.Equal([Usual], begun.View.Addresses);
        Assert.Equal(new DnsSettings(), begun.View.Settings);
    }

    [Fact]
    public async Task Switched_off_it_does_not_begin_at_all()
    {
        await WriteAsync(new ConfigMap { Data = StringMap.Of(("dns", "off")) }, [], DnsTable.Empty);
        Assert.Empty(new DnsMemory(new LastHeardFile(Path)).Begin(null, () => [Usual]).View.Addresses);
    }

    [Fact]
    public async Task Settings_that_are_heard_by_then_count_more_than_those_that_were()
    {
        await WriteAsync(new ConfigMap { Data = StringMap.Of(("cluster-domain", "k8s.example")) }, [Other], DnsTable.Empty);
        var memory = new DnsMemory(new LastHeardFile(Path));
        Assert.Equal("cluster.local.", memory.Begin(new ConfigMap(), () => [Usual]).View.Zone.Origin.ToString());
        Assert.Equal([Other], memory.Begin(new ConfigMap(), () => [Usual]).View.Addresses);
        Assert.Empty(memory.Begin(new ConfigMap { Data = StringMap.Of(("dns", "off")) }, () => [Usual]).View.Addresses);
        Assert.Empty(new DnsMemory(new LastHeardFile($"{Path}.none")).Begin(new ConfigMap { Data = StringMap.Of(("dns", "off")) }, () => [Usual]).View.Addresses);
    }

    [Fact]
    public async Task Where_nothing_can_be_written_nothing_is_remembered()
    {
        Directory.CreateDirectory($"{Path}.new");
        await WriteAsync(null, [Other], DnsTable.Empty);
        Assert.Null(new LastHeardFile(Path).Read());
    }

    private async Task WriteAsync(ConfigMap? configuration, EquatableArray<IpAddress> addresses, DnsTable table)
    {
        var settings = new DnsSettings();
        var memory = new DnsMemory(new LastHeardFile(Path));
        memory.Note(configuration, new DnsView(settings, DnsServiceBuilder.ZoneOf(settings, addresses), addresses, [], []), table);
        using var ended = new CancellationTokenSource();
        await ended.CancelAsync();
        await memory.RunAsync(TimeProvider.System, ended.Token);
    }
}
