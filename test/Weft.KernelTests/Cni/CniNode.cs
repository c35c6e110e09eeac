using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Cni.Runtime;
using Weft.Model;
using Weft.Model.Links;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;

namespace Weft.KernelTests.Cni;

/// <summary>A node of its own for one test: a namespace that plays the host, one outside of the cluster, and pods.</summary>
/// <remarks>The node is 192.0.2.1 towards the outside, which is 192.0.2.2 and has no route to any pod.</remarks>
internal sealed class CniNode : IDisposable
{
    public const string NodeAddress = "192.0.2.1";
    public const string OutsideAddress = "192.0.2.2";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BriefWait = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<string, NetworkNamespace> _pods = [];
    private readonly NetworkNamespace _node;

    public CniNode()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("weft-cni-").FullName;
        _node = NetworkNamespace.CreatePinned(Pin("node"));
        Outside = NetworkNamespace.CreatePinned(Pin("outside"));
        Host = KernelNetworkStack.Open(_node);
        using var outside = KernelNetworkStack.Open(Outside);
        Host.CreateVeth(new VethSpec("uplink", "uplink"), outside);
        Host.ChangeLink("lo", new LinkChange { Up = true });
        outside.ChangeLink("lo", new LinkChange { Up = true });
        Host.AddAddress(new InterfaceAddress("uplink", IpAddress.Parse(NodeAddress), 24));
        outside.AddAddress(new InterfaceAddress("uplink", IpAddress.Parse(OutsideAddress), 24));
        Filter = _node.Run(() => new KernelNftables());
    }

    public string Directory { get; }

    public string LeaseDirectory => Path.Join(Directory, "leases");

    public INetworkStack Host { get; }

    public KernelNftables Filter { get; }

    public NetworkNamespace Outside { get; }

    public NetworkNamespace Namespace => _node;

    /// <summary>The path on which a namespace of this node is pinned.</summary>
    public string Pin(string name) => Path.Join(Directory, name);

    public NetworkNamespace AddPod(string name) => _pods[name] = NetworkNamespace.CreatePinned(Pin(name));

    public KernelNetworkStack StackOf(string pod) => KernelNetworkStack.Open(_pods[pod]);

    /// <summary>A runtime that runs our plugins in this node, within the test process.</summary>
    public CniRuntime Runtime() => new(new CniRuntimeOptions { CacheDirectory = Pin("cache"), Invoker = new NodeInvoker(_node) });

    public static ContainerAttachment Attachment(string pod, string netns) => new() { ContainerId = pod, Netns = netns };

    /// <summary>Calls a plugin of ours on the node.</summary>
    public (int ExitCode, string Output) Call(string command, string type, string pod, string config, string? netns = null) => _node.Run(() =>
    {
        var environment = new Dictionary<string, string>
        {
            ["CNI_COMMAND"] = command,
            ["CNI_CONTAINERID"] = pod,
            ["CNI_NETNS"] = netns ?? Pin(pod),
            ["CNI_IFNAME"] = "eth0",
            ["CNI_PATH"] = "/nonexistent",
        };
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(config));
        using var output = new MemoryStream();
        var code = PluginHost.Run(type, PluginCatalog.Create(type)!, environment.GetValueOrDefault, input, output, _ => { });
        return (code, Encoding.UTF8.GetString(output.ToArray()));
    });

    /// <summary>ADD that must succeed.</summary>
    public CniResult Add(string type, string pod, string config)
    {
        var (code, output) = Call("ADD", type, pod, config);
        Assert.True(code == 0, output);
        return CniResultJson.Read(Encoding.UTF8.GetBytes(output), CniVersion.Current);
    }

    /// <summary>A command that must succeed without a word, given the result of ADD.</summary>
    public void Run(string command, string type, string pod, string config, CniResult? previous = null)
    {
        var (code, output) = Call(command, type, pod, previous is null ? config : With(config, previous));
        Assert.True(code == 0, output);
        Assert.Empty(output);
    }

    /// <summary>The configuration with the result of ADD put in.</summary>
    public static string With(string config, CniResult previous)
    {
        var json = JsonNode.Parse(config)!.AsObject();
        Assert.True(CniVersion.TryParse((string?)json["cniVersion"], out var version));
        json["prevResult"] = JsonNode.Parse(CniResultJson.ToBytes(previous, version));
        return json.ToJsonString();
    }

    /// <summary>Connects from a pod to a listener in another namespace and returns the address that the listener saw; null when nothing came for a long time.</summary>
    public IPAddress? AddressSeen(string pod, NetworkNamespace where, string address, string? source = null) =>
        AddressSeen(pod, where, address, source, Patience);

    /// <summary>Whether packets from a pod to another namespace are dropped; a few are sent, as no wait proves it.</summary>
    public bool Drops(string pod, NetworkNamespace where, string address, string? source = null) =>
        AddressSeen(pod, where, address, source, BriefWait) is null;

    private IPAddress? AddressSeen(string pod, NetworkNamespace where, string address, string? source, TimeSpan patience)
    {
        using var listener = where.Run(() => Listen(address));
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var datagram = "hello"u8.ToArray();
        using var sender = _pods[pod].Run(() => Sender(address, source));
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < patience;)
        {
            sender.SendTo(datagram, new IPEndPoint(IPAddress.Parse(address), port));
            if (!listener.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead))
                continue;
            EndPoint from = new IPEndPoint(sender.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
            listener.ReceiveFrom(new byte[16], ref from);
            return ((IPEndPoint)from).Address;
        }

        return null;
    }

    /// <summary>Names of the links that plugins made on the node.</summary>
    public IReadOnlyList<string> Leftovers() => [.. Host.Links().Select(link => link.Name).Where(name => name is not ("lo" or "uplink"))];

    public IReadOnlyList<string> Leases(string network)
    {
        var folder = Path.Join(LeaseDirectory, network);
        return System.IO.Directory.Exists(folder)
            ? [.. System.IO.Directory.EnumerateFiles(folder).Select(Path.GetFileName).Where(name => IpAddress.TryParse(name, out _))!]
            : [];
    }

    public void Dispose()
    {
        Filter.Dispose();
        Host.Dispose();
        foreach (var name in _pods.Keys.Append("node").Append("outside"))
            Drop(name);
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    /// <summary>Removes a namespace.</summary>
    public void Drop(string name)
    {
        if (_pods.Remove(name, out var pod))
            pod.Dispose();
        if (File.Exists(Pin(name)))
            NetworkNamespace.DeletePinned(Pin(name));
    }

    private static Socket Listen(string address)
    {
        var at = new IPEndPoint(IPAddress.Parse(address), 0);
        var socket = new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(at);
        return socket;
    }

    private static Socket Sender(string address, string? source)
    {
        var socket = new Socket(IPAddress.Parse(address).AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        if (source is not null)
            socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
        return socket;
    }
}
