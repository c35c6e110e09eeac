using System.Globalization;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Tests.Policies.TruthTables;

/// <summary>One of the nine pods.</summary>
/// <param name="Namespace">a, b or c.</param>
/// <param name="Name">x, y or z.</param>
/// <param name="Node">Number of its node, 1 or 2.</param>
/// <param name="Host">Number of its addresses in the ranges of its node.</param>
public sealed record TruthPod(string Namespace, string Name, int Node, int Host)
{
    private const int FirstHost = 2;

    /// <summary>All nine, by name. Each namespace and each name is on both nodes.</summary>
    public static IReadOnlyList<TruthPod> All { get; } = Place("a/x a/y b/x b/z c/y", "a/z b/y c/x c/z");

    /// <summary><c>a/x</c>.</summary>
    public string Key => $"{Namespace}/{Name}";

    /// <summary>Its place among <see cref="All"/>.</summary>
    public int Index => "abc".IndexOf(Namespace, StringComparison.Ordinal) * 3 + "xyz".IndexOf(Name, StringComparison.Ordinal);

    /// <summary>The pod of a key.</summary>
    public static TruthPod Of(string key) => All.First(pod => pod.Key == key);

    /// <summary>Its address.</summary>
    public IpAddress Address(bool v6) => IpAddress.Parse(v6 ? Text($"fd44:0:0:{Node}::{Host:x}") : Text($"10.244.{Node}.{Host}"));

    /// <summary>The virtual address of the Service that leads to it alone.</summary>
    public IpAddress ClusterIp(bool v6) => IpAddress.Parse(v6 ? Text($"fd96::{Index + 10:x}") : Text($"10.96.0.{Index + 10}"));

    /// <summary>The pod as the API shows it. What x and y call <c>http</c> is 80, z calls 81 so.</summary>
    public Pod Object => new()
    {
        Metadata = new ObjectMeta { Namespace = Namespace, Name = Name, Labels = StringMap.Of(("pod", Name)) },
        Spec = new PodSpec { NodeName = Text($"node{Node}"), Containers = [new Container { Name = "c", Ports = Ports() }] },
        Status = new PodStatus { Phase = "Running", PodIPs = [new PodIp(Address(v6: false).ToString()), new PodIp(Address(v6: true).ToString())] },
    };

    private EquatableArray<ContainerPort> Ports() =>
    [
        new ContainerPort { Name = "http", Protocol = "TCP", Port = Name == "z" ? 81 : 80 },
        new ContainerPort { Name = "questions", Protocol = "UDP", Port = 81 },
        new ContainerPort { Name = "calls", Protocol = "SCTP", Port = 80 },
    ];

    private static IReadOnlyList<TruthPod> Place(params string[] nodes) =>
    [
        .. nodes.SelectMany((keys, node) => keys.Split(' ').Select((key, i) => new TruthPod(key[..1], key[2..], node + 1, FirstHost + i))).OrderBy(pod => pod.Index),
    ];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
