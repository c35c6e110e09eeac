using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Weft.Dns.Forwarding;
using Weft.Dns.Serving;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>Others take the whole zone: dig prints it, knot serves it on.</summary>
public sealed class TransferPeerTests : IAsyncDisposable
{
    private const int Services = 400;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly DnsTable Table = new(
        [
            new NamedService("default", "db")
            {
                Endpoints = [.. Enumerable.Range(0, 3).Select(i => new NamedEndpoint($"db-{i}", [IpAddress.Parse($"10.244.0.{i}"), IpAddress.Parse($"fd44::{i}")], [new DnsPort("sql", Model.Services.L4Protocol.Tcp, 5432)]))],
            },
            new NamedService("default", "elsewhere") { Alias = DnsName.Parse("www.example.org") },
            .. Enumerable.Range(0, Services).Select(i => new NamedService("default", $"web-{i:D3}") { Addresses = [IpAddress.V4(0x0A600000 + (uint)i)], Ports = [new DnsPort("http", Model.Services.L4Protocol.Tcp, 80)] }),
        ],
        ["default"]);

    private readonly ClusterZone _zone = ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")) { Servers = [IpAddress.Parse("10.96.0.10")] }, 1).With(Table);
    private readonly DnsListeners _listeners;

    public TransferPeerTests() => _listeners = DnsListeners.Open(
        new DnsService(_zone, (Forwarder?)null, TimeProvider.System) { TransferTo = [IpPrefix.Parse("127.0.0.0/8")] }, [DnsTalk.AnyPort]);

    public ValueTask DisposeAsync() => _listeners.DisposeAsync();

    [Fact]
    public async Task Dig_takes_the_whole_zone()
    {
        Assert.SkipUnless(IsThere("dig"), "dig is missing (package bind9-dnsutils)");
        var server = _listeners.Addresses[0];
        using var dig = Start("dig", $"@{server.Address}", "-p", $"{server.Port}", "cluster.local", "AXFR", "+noall", "+answer", "+onesoa", $"+time={Patience.TotalSeconds}", "+tries=1");
        var lines = (await dig.StandardOutput.ReadToEndAsync().WaitAsync(Patience)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => string.Join(' ', line.Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries))).ToList();
        Assert.Equal(_zone.Records().Prepend(_zone.Start).Select(record => record.ToString()).Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Knot_takes_the_whole_zone_and_answers_from_it_as_we_do()
    {
        Assert.SkipUnless(IsThere("knotd"), "knotd is missing (package knot)");
        var folder = Directory.CreateTempSubdirectory("weft-knot").FullName;
        var place = FreePort();
        await File.WriteAllTextAsync(Path.Combine(folder, "knot.conf"), Configuration(folder, place));
        using var knot = Start("knotd", "-c", Path.Combine(folder, "knot.conf"));
        try
        {
            using var limit = new CancellationTokenSource(Patience);
            while (await AnswersAsync(place, "cluster.local", DnsType.SOA) is not ["cluster.local. 5 IN SOA", ..])
            {
                Assert.SkipWhen(knot.HasExited, $"knotd does not run here; the end of what it says: {(knot.HasExited ? await LastLineAsync(knot) : "")}");
                await Task.Delay(50, limit.Token);
            }

            foreach (var (name, type) in new[] { ("web-007.default", DnsType.A), ("db.default", DnsType.AAAA), ("db-1.db.default", DnsType.A), ("_sql._tcp.db.default", DnsType.SRV), ("elsewhere.default", DnsType.CNAME) })
            {
                var ours = await AnswersAsync(_listeners.Addresses[0], $"{name}.svc.cluster.local", type);
                Assert.NotEmpty(ours);
                Assert.Equal(ours, await AnswersAsync(place, $"{name}.svc.cluster.local", type));
            }
        }
        finally
        {
            knot.Kill();
            await knot.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private string Configuration(string folder, IPEndPoint place) => $"""
        server:
          rundir: "{folder}"
          listen: {place.Address}@{place.Port}
        database:
          storage: "{folder}"
          journal-db-max-size: 16M
          kasp-db-max-size: 16M
          timer-db-max-size: 16M
          catalog-db-max-size: 16M
        remote:
          - id: weft
            address: {_listeners.Addresses[0].Address}@{_listeners.Addresses[0].Port}
        zone:
          - domain: cluster.local
            master: weft
            storage: "{folder}"

        """;

    /// <summary>The records of an answer, in an order of their own; of the zone's start, only that it is there. Nothing while nobody listens.</summary>
    private static async Task<string[]> AnswersAsync(IPEndPoint server, string name, DnsType type)
    {
        try
        {
            var answers = DnsTalk.Read(await DnsTalk.ByDatagramAsync(server, DnsTalk.Query(name, type))).Answers.Select(record => record.ToString());
            return [.. (type == DnsType.SOA ? answers.Select(text => text[..text.IndexOf(" ns.", StringComparison.Ordinal)]) : answers).Order(StringComparer.Ordinal)];
        }
        catch (SocketException)
        {
            return [];
        }
    }

    /// <summary>A port below those that the kernel gives to others, free for datagrams and connections.</summary>
    private static IPEndPoint FreePort()
    {
        while (true)
        {
            var place = new IPEndPoint(IPAddress.Parse("127.53.0.2"), Random.Shared.Next(20_000, 30_000));
            using var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            using var connections = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                datagrams.Bind(place);
                connections.Bind(place);
                return place;
            }
            catch (SocketException)
            {
                // Somebody has it: another one.
            }
        }
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Find(program)!, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static async Task<string> LastLineAsync(Process process) =>
        $"{await process.StandardOutput.ReadToEndAsync()}{await process.StandardError.ReadToEndAsync()}".TrimEnd().Split('\n')[^1];

    private static bool IsThere(string program) => Find(program) is not null;

    private static string? Find(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin".Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
