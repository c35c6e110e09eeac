using System.Globalization;
using System.Text;
using Weft.Lab;

namespace Weft.Cli.Bench.Dns;

/// <summary>A server that is measured: how it is started, with one thread, and told of the same names.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Port">Where it listens on loopback.</param>
/// <param name="AsksOthers">Whether it remembers what others say.</param>
/// <param name="Start">Its configuration files, in a folder that is there, and its command.</param>
internal sealed record DnsBenchRival(string Name, int Port, bool AsksOthers, Func<string, int, string[]> Start)
{
    /// <summary>Ours.</summary>
    public static DnsBenchRival Weft { get; } = new("weft", 5301, AsksOthers: true, (_, upstream) => WeftCommand(5301, DnsBenchNames.Services, upstream));

    /// <summary>Those of the distribution.</summary>
    public static IReadOnlyList<DnsBenchRival> Others { get; } =
    [
        new("unbound", 5302, AsksOthers: true, (folder, upstream) => Command(folder, "unbound.conf", Unbound(upstream), file => ["unbound", "-c", file])),
        new("knotd", 5303, AsksOthers: false, Knot),
        new("dnsmasq", 5304, AsksOthers: true, (folder, upstream) => Command(folder, "hosts", Hosts(), file =>
        [
            "dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--pid-file", $"--port={5304}", "--listen-address=127.0.0.1", "--bind-interfaces", "--no-hosts", $"--addn-hosts={file}", "--no-resolv",
            $"--server=127.0.0.1#{upstream}", $"--local=/{DnsBenchNames.Domain}/", "--local-ttl=5", "--cache-size=10000", "--dns-forward-max=1000",
        ])),
    ];

    /// <summary>The command that starts our server with so many Services.</summary>
    public static string[] WeftCommand(int port, int services, int upstream) =>
    [
        Installation.Current.Dotnet, Installation.Current.WeftDll, "bench", "dns-server", "--port", Text(port), "--services", Text(services), "--upstream", Text(upstream),
    ];

    private static string[] Command(string folder, string file, string content, Func<string, string[]> command)
    {
        var path = Path.Combine(folder, file);
        File.WriteAllText(path, content);
        return command(path);
    }

    private static string Unbound(int upstream)
    {
        var text = new StringBuilder($"""
            server:
              num-threads: 1
              interface: 127.0.0.1@5302
              username: ""
              chroot: ""
              directory: "/"
              pidfile: ""
              do-daemonize: no
              use-syslog: no
              verbosity: 0
              do-not-query-localhost: no
              module-config: "iterator"
              local-zone: "{DnsBenchNames.Domain}." static
              local-data: "{DnsBenchNames.Domain}. 5 IN SOA ns.dns.{DnsBenchNames.Domain}. hostmaster.{DnsBenchNames.Domain}. 1 7200 1800 86400 5"

            """);
        foreach (var (name, type, address) in Records())
            text.Append(CultureInfo.InvariantCulture, $"  local-data: \"{name}. 5 IN {type} {address}\"\n");
        return text.Append(CultureInfo.InvariantCulture, $"remote-control:\n  control-enable: no\nforward-zone:\n  name: \".\"\n  forward-addr: 127.0.0.1@{upstream}\n").ToString();
    }

    private static string[] Knot(string folder, int upstream)
    {
        var zone = new StringBuilder($"$ORIGIN {DnsBenchNames.Domain}.\n$TTL 5\n@ SOA ns.dns hostmaster 1 7200 1800 86400 5\n@ NS ns.dns\nns.dns A 10.96.0.10\n");
        foreach (var (name, type, address) in Records())
            zone.Append(CultureInfo.InvariantCulture, $"{name}. {type} {address}\n");
        File.WriteAllText(Path.Combine(folder, "zone"), zone.ToString());
        return Command(folder, "knot.conf", $"""
            server:
              rundir: "{folder}"
              listen: 127.0.0.1@5303
              udp-workers: 1
              tcp-workers: 1
              background-workers: 1
            database:
              storage: "{folder}"
            zone:
              - domain: {DnsBenchNames.Domain}
                file: "{folder}/zone"
                journal-content: none
                zonefile-sync: -1
            """, file => ["knotd", "-c", file]);
    }

    private static string Hosts() => string.Concat(Records().Select(record => $"{record.Address} {record.Name}\n"));

    private static IEnumerable<(string Name, string Type, string Address)> Records() => Enumerable.Range(0, DnsBenchNames.Services).SelectMany(number => new[]
    {
        (DnsBenchNames.NameOf(number), "A", DnsBenchNames.V4(number).ToString()), (DnsBenchNames.NameOf(number), "AAAA", DnsBenchNames.V6(number).ToString()),
    });

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
