using System.Diagnostics;
using System.Globalization;
using Weft.Model;
using Weft.Netlink;
using Weft.Netlink.Libc;
using Weft.Netlink.Namespaces;

namespace Weft.Lab.Nodes;

/// <summary>A running node of a lab: net, mount, pid and uts namespaces of its own, held by a small init, and a cable to the underlay.</summary>
/// <remarks>Needs a user namespace in which we are root, with as little as one mapped uid. It ends with its init, and with it everything that runs on it.</remarks>
public sealed class LabNode : IAsyncDisposable
{
    private readonly LabNodeOptions _options;
    private readonly NodeWorld _world;
    private readonly NetworkNamespace _network;
    private readonly UnderlayCable? _cable;
    private volatile TaskCompletionSource _joined = new();

    private LabNode(LabNodeOptions options, NodeWorld world)
    {
        _options = options;
        _world = world;
        Addresses = [.. options.Underlay.Select(place => place.Address)];
        _network = NetworkNamespace.OpenProcess(world.InitPid);
        _joined.SetResult();
        _cable = options.Bridge is { } bridge ? new UnderlayCable(options, bridge) : null;
    }

    /// <summary>Name of the node.</summary>
    public string Name => _options.Name;

    /// <summary>Its addresses on the underlay, the main one first.</summary>
    public EquatableArray<IpAddress> Addresses { get; }

    /// <summary>Process id of its init, in our pid namespace.</summary>
    public int InitPid => _world.InitPid;

    /// <summary>Its file system as we see it: <c>/proc/PID/root</c>.</summary>
    public string RootPath => string.Create(CultureInfo.InvariantCulture, $"/proc/{InitPid}/root");

    /// <summary>Where it keeps files on the host.</summary>
    public string StateDirectory => _options.StateDirectory;

    /// <summary>The programs that it was started from.</summary>
    public Installation Installation => _options.Installation;

    /// <summary>The native binary.</summary>
    public string PodBinary => _options.Installation.PodBinary;

    /// <summary>Its network namespace.</summary>
    public NetworkNamespace Network => _network;

    /// <summary>Completes when the node's init has ended, for whatever reason.</summary>
    public Task Ended => _world.Ended;

    /// <summary>Makes the node: namespaces, file system, addresses, routes, kernel settings.</summary>
    /// <exception cref="LabNodeException">The kernel or a missing program forbids it; the message says which.</exception>
    public static async Task<LabNode> StartAsync(LabNodeOptions options, CancellationToken ct)
    {
        var world = await NodeWorld.StartAsync(options, ct).ConfigureAwait(false);
        LabNode? node = null;
        try
        {
            node = new LabNode(options, world);
            node.SetUpNetwork();
            return node;
        }
        catch (NetlinkException e)
        {
            if (node is not null)
                await node.DisposeAsync().ConfigureAwait(false);
            else
                await world.DisposeAsync().ConfigureAwait(false);
            throw new LabNodeException($"node {options.Name}: {e.Message}", e);
        }
    }

    /// <summary>How to start a program inside the node's namespaces; the caller adds redirections.</summary>
    public ProcessStartInfo Enter(params string[] command)
    {
        string[] words = [.. EnterPrefix(), .. command];
        return new ProcessStartInfo(words[0], words[1..]) { UseShellExecute = false };
    }

    /// <summary>The words in front of a command that start it inside the node.</summary>
    /// <param name="network">Another network namespace than the node's own, as a path that we see.</param>
    public IReadOnlyList<string> EnterPrefix(string? network = null) =>
    [
        "nsenter", "--target", InitPid.ToString(CultureInfo.InvariantCulture), "--mount", "--uts", "--pid",
        network is null ? "--net" : $"--net={network}", "--",
    ];

    /// <summary>Runs a function on a thread of its own that sees the node's mounts and its network.</summary>
    public T Run<T>(Func<T> function) => _network.Run(() =>
    {
        NamespaceCalls.Unshare(OwnRoot);
        NamespaceCalls.Enter($"/proc/{InitPid.ToString(CultureInfo.InvariantCulture)}/ns/mnt", NamespaceKinds.Mount);
        return function();
    });

    /// <summary>Completes at once while the cable is plugged in; else when it is again. Whoever plays a part of the node waits for it before it speaks.</summary>
    public Task Joined => _joined.Task;

    /// <summary>Pulls the cable: the node runs on, alone.</summary>
    public void Partition()
    {
        if (_joined.Task.IsCompleted)
            _joined = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _cable?.Pull();
    }

    /// <summary>Plugs the cable in again.</summary>
    public void Heal()
    {
        _cable?.Plug();
        _joined.TrySetResult();
    }

    /// <summary>Ends the node and everything on it at once, as a power cut does.</summary>
    public async ValueTask DisposeAsync()
    {
        _network.Dispose();
        await _world.DisposeAsync().ConfigureAwait(false);
        _cable?.Remove();
    }

    // CLONE_FS: entering a mount namespace needs a root and working directory that no other thread shares (setns(2)).
    private const NamespaceKinds OwnRoot = (NamespaceKinds)0x200;

    private void SetUpNetwork()
    {
        using var network = KernelNetworkStack.Open(_network);
        network.ChangeLink("lo", new Model.Links.LinkChange { Up = true });
        _network.Run(NodeSysctls.ApplyToNode);
        _cable?.Lay(network);
    }
}
