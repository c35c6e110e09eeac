using System.Globalization;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Cli.Bench.Dns;

/// <summary>The names that are measured: Services with an address of each family, and names of others. The same for every server.</summary>
internal static class DnsBenchNames
{
    public const string Domain = "cluster.local", Namespace = "default";

    /// <summary>Services of the figures of speed, and names of others.</summary>
    public const int Services = 1000, Others = 1000;

    private const int Queries = 20_000;

    public static string Service(int number) => string.Create(CultureInfo.InvariantCulture, $"service-{number:D6}");

    public static string NameOf(int number) => $"{Service(number)}.{Namespace}.svc.{Domain}";

    public static string OtherName(int number) => string.Create(CultureInfo.InvariantCulture, $"host-{number:D4}.example.org");

    public static IpAddress V4(int number) => IpAddress.V4(0x0A600000 + (uint)number + 1);

    public static IpAddress V6(int number) => IpAddress.Parse("fd96::").Add(number + 1);

    /// <summary>The objects of a cluster with so many Services.</summary>
    public static ClusterSnapshot Cluster(int services) => new()
    {
        Services = Enumerable.Range(0, services).Select(number => new ServiceObjects(
            new Service
            {
                Metadata = new() { Name = Service(number), Namespace = Namespace },
                Spec = new() { ClusterIPs = [V4(number).ToString(), V6(number).ToString()], Type = "ClusterIP", Ports = [new ServicePort { Name = "http", Port = 80, Protocol = "TCP" }] },
            },
            [])).ToEquatableArray(),
        Policies = new PolicyObjects { Namespaces = [new Namespace { Metadata = new() { Name = Namespace } }] },
    };

    /// <summary>Queries in the format of dnsperf: two of five for A, two for AAAA, one for a name that does not exist; in an order without order, the same every time.</summary>
    public static string ClusterQueries(int services) => Lines(place => (place % 5) switch
    {
        0 or 1 => $"{NameOf(Pick(place, services))} A",
        2 or 3 => $"{NameOf(Pick(place, services))} AAAA",
        _ => $"no-{NameOf(Pick(place, services))} A",
    });

    /// <summary>Queries for names of others.</summary>
    public static string OtherQueries() => Lines(place => $"{OtherName(Pick(place, Others))} A");

    private static string Lines(Func<int, string> line) => string.Join('\n', Enumerable.Range(0, Queries).Select(line)) + "\n";

    private static int Pick(int place, int count) => (int)((uint)place * 2654435761u % (uint)count);
}
