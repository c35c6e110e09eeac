using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Weft.Cni.Protocol;
using Weft.Cni.Runtime;
using Weft.Kubernetes;
using Weft.Lab.Nodes;
using Weft.Model;
using Weft.Model.Links;
using Weft.Netlink;
using Weft.Netlink.Libc;
using Weft.Netlink.Namespaces;

namespace Weft.Lab.Pods.Sandboxes;

/// <summary>Makes and removes the sandboxes of one node: a named network namespace, attached by the node's CNI configuration.</summary>
internal sealed class SandboxFactory
{
    private const string Prefix = "cni-";
    private readonly LabNode _node;
    private readonly CniRuntime _cni;

    /// <summary>Calls the plugins of a node inside that node.</summary>
    public SandboxFactory(LabNode node)
    {
        _node = node;
        _cni = new CniRuntime(new CniRuntimeOptions
        {
            CacheDirectory = $"{node.RootPath}/var/lib/cni",
            Invoker = new ProcessInvoker(node.EnterPrefix(), node.RootPath),
        });
    }

    /// <summary>The folder where the node's agent, or the user, puts CNI configurations.</summary>
    public string ConfigurationFolder => $"{_node.RootPath}/etc/cni/net.d";

    /// <summary>The node's default network, or null while there is no configuration.</summary>
    public NetworkConfigList? Network => ConfigDirectory.Read(ConfigurationFolder).Default;

    /// <summary>Gives a pod its sandbox; a failure leaves nothing behind.</summary>
    /// <exception cref="SandboxException">A plugin or the kernel refused; the message is for the pod's Event.</exception>
    public async Task<Sandbox> MakeAsync(Pod pod, CancellationToken ct)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        if (pod.Spec.HostNetwork)
            return new Sandbox(id, Netns: null, $"/proc/{_node.InitPid}/ns/net", _node.Addresses);

        var network = Network ?? throw new SandboxException("network is not ready: cni plugin not initialized");
        var name = $"{Prefix}{Guid.NewGuid()}";
        try
        {
            Pin(name);
            var container = Attachment(pod, id, name);
            var result = await _cni.AddAsync(network, container, ct).ConfigureAwait(false);
            return new Sandbox(id, name, $"{_node.RootPath}{NetworkNamespace.PathOf(name)}", AddressesOf(result)) { Attachment = (network, container) };
        }
        catch (Exception e) when (e is CniException or NetlinkException or OperationCanceledException)
        {
            Unpin(name);
            if (e is OperationCanceledException)
                throw;
            throw new SandboxException($"failed to setup network for sandbox \"{id}\": {e.Message}", e);
        }
    }

    /// <summary>Detaches a pod and removes its namespace.</summary>
    /// <exception cref="SandboxException">A plugin refused; the namespace stays, so that it can be tried again.</exception>
    public async Task RemoveAsync(Sandbox sandbox, CancellationToken ct)
    {
        if (sandbox.Attachment is not { } attachment)
            return;
        try
        {
            await _cni.DeleteAsync(attachment.Network, attachment.Container, ct).ConfigureAwait(false);
        }
        catch (CniException e)
        {
            throw new SandboxException($"failed to destroy network for sandbox \"{sandbox.Id}\": {e.Message}", e);
        }

        Unpin(sandbox.Netns!);
    }

    /// <summary>Removes what an earlier runner of this node has left; returns what could not be.</summary>
    public async Task<IReadOnlyList<string>> CleanAsync(CancellationToken ct)
    {
        var problems = new List<string>();
        foreach (var left in _cni.Cache.All())
        {
            try
            {
                await _cni.DeleteAllAsync(left.Container.ContainerId, ct).ConfigureAwait(false);
            }
            catch (CniException e)
            {
                problems.Add($"sandbox {left.Container.ContainerId}: {e.Message}");
            }
        }

        var names = $"{_node.RootPath}{NetworkNamespace.NamedFolder}";
        if (Directory.Exists(names))
        {
            foreach (var name in Directory.EnumerateFiles(names, $"{Prefix}*").Select(Path.GetFileName))
                Unpin(name!);
        }

        return problems;
    }

    // The node's /proc knows no thread of ours, so the way to the new namespace leads over our own.
    private void Pin(string name)
    {
        using var netns = NetworkNamespace.Create();
        netns.Run(NodeSysctls.ApplyToPod);
        using (var stack = KernelNetworkStack.Open(netns))
            stack.ChangeLink("lo", new LinkChange { Up = true });
        using var ours = Descriptors.OpenRead("/proc/self/fd");
        _node.Run(() =>
        {
            Directory.CreateDirectory(NetworkNamespace.NamedFolder);
            File.WriteAllBytes(NetworkNamespace.PathOf(name), []);
            Mounts.BindFrom(ours, netns.Descriptor.Value.ToString(CultureInfo.InvariantCulture), NetworkNamespace.PathOf(name));
            return 0;
        });
    }

    private void Unpin(string name) => _node.Run(() =>
    {
        try
        {
            NetworkNamespace.Delete(name);
        }
        catch (NetlinkException e) when (e.NotFound)
        {
            // Somebody removed it by hand.
        }

        return 0;
    });

    // The arguments that every Kubernetes runtime passes (containerd, CRI-O).
    private static ContainerAttachment Attachment(Pod pod, string id, string netns) => new()
    {
        ContainerId = id,
        Netns = NetworkNamespace.PathOf(netns),
        Arguments =
        [
            new("IgnoreUnknown", "1"),
            new("K8S_POD_NAMESPACE", pod.Metadata.Namespace ?? ""),
            new("K8S_POD_NAME", pod.Metadata.Name),
            new("K8S_POD_INFRA_CONTAINER_ID", id),
            new("K8S_POD_UID", pod.Metadata.Uid ?? ""),
        ],
        CapabilityArguments = PortMappings(pod) is { Count: > 0 } mappings ? new JsonObject { ["portMappings"] = mappings } : null,
    };

    private static JsonArray PortMappings(Pod pod)
    {
        var mappings = new JsonArray();
        foreach (var port in pod.Spec.Containers.SelectMany(container => container.Ports).Where(port => port.HostPort is > 0))
        {
            mappings.Add((JsonNode)new JsonObject
            {
                ["hostPort"] = port.HostPort,
                ["containerPort"] = port.Port,
                ["protocol"] = (port.Protocol ?? "TCP").ToLowerInvariant(),
                ["hostIP"] = port.HostIP ?? "",
            });
        }

        return mappings;
    }

    // The main address is of the node's main family, as a kubelet sorts them.
    private EquatableArray<IpAddress> AddressesOf(CniResult result) => result.Addresses
        .Where(address => address.Interface is not { } index || index >= result.Interfaces.Count || result.Interfaces[index].Sandbox is { Length: > 0 })
        .Select(address => address.Address)
        .OrderBy(address => address.IsV6 == _node.Addresses[0].IsV6 ? 0 : 1)
        .ToEquatableArray();
}
