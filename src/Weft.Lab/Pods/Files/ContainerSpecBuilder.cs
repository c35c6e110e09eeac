using Weft.Kubernetes;
using Weft.Lab.Pods.Sandboxes;
using Weft.Lab.Pods.Specs;

namespace Weft.Lab.Pods.Files;

/// <summary>Turns a container of a pod into what the launcher is told, with every reference resolved.</summary>
internal sealed class ContainerSpecBuilder(
    PodServices services, Pod pod, Sandbox sandbox, VolumeStore store, IReadOnlyDictionary<string, PreparedVolume> volumes)
{
    private const int LongestHostName = 63;

    // What the kernel has room for (__NEW_UTS_LEN).
    private const int LongestKernelName = 64;

    // Written once for a sandbox: settings that change later are for the pods that start then.
    private ClusterResolver? _cluster;

    /// <summary>The pod's host name: spec.hostname or its name, cut to what a host name may be.</summary>
    private string HostName => pod.Spec.HostNetwork ? services.Node.Name
        : (pod.Spec.Hostname is { Length: > 0 } name ? name : pod.Metadata.Name) is var full && full.Length > LongestHostName
            ? full[..LongestHostName].TrimEnd('-', '.')
            : full;

    /// <summary>What <c>hostname</c> prints: the host name, or with setHostnameAsFQDN the whole one.</summary>
    /// <exception cref="ContainerConfigException">The kernel has no room for it.</exception>
    private string KernelName(string domain)
    {
        var name = pod.Spec.SetHostnameAsFQDN == true && !pod.Spec.HostNetwork ? HostsFile.FullName(pod, HostName, domain) ?? HostName : HostName;
        return name.Length <= LongestKernelName ? name
            : throw new ContainerConfigException($"setHostnameAsFQDN: {name} has {name.Length} characters, and a host name {LongestKernelName} at most: shorten hostname or subdomain");
    }

    private string[] Addresses => [.. sandbox.Addresses.Select(address => address.ToString())];

    /// <summary>Builds it.</summary>
    /// <param name="isInit">Whether it is to end before others start.</param>
    /// <exception cref="ContainerConfigException">Something that it refers to is missing.</exception>
    public async Task<ContainerSpec> BuildAsync(Container container, bool isInit, CancellationToken ct)
    {
        var fields = new FieldPaths(pod, services.NodeIps, Addresses);
        var source = new ConfigSource(services.Client, pod.Metadata.Namespace ?? "");
        var links = await ServiceVariables.ReadAsync(services.Client, pod, ct).ConfigureAwait(false);
        _cluster ??= services.Options.HasClusterDns ? await ClusterResolver.ReadAsync(services.Client, services.Node.Addresses[0].IsV6, ct).ConfigureAwait(false) : ClusterResolver.None;
        var kernelName = KernelName(_cluster.Domain);
        var variables = await new EnvironmentBuilder(fields, source, links).BuildAsync(container, kernelName, ct).ConfigureAwait(false);
        var spec = new ContainerSpec
        {
            Pod = new PodIdentity(pod.Metadata.Name, pod.Metadata.Namespace ?? "", services.Node.Name, Addresses.FirstOrDefault() ?? ""),
            Name = container.Name,
            HostName = kernelName,
            Files = Files(_cluster, kernelName),
            Mounts = [.. Mounts(container, variables).OrderBy(mount => mount.Target.Length)],
            Command = Command(container, variables),
            Environment = [.. variables.Select(pair => $"{pair.Key}={pair.Value}")],
            WorkingDirectory = container.WorkingDir is { Length: > 0 } folder ? folder : "/",
            Ports = [.. StandInPorts.Of(pod, container)],
            Finish = isInit || pod.Controller() is { Kind: "Job" },
            Behaviour = StandInAnnotations.BehaviourOf(pod),
        };
        return spec.Command is null && !spec.Finish && StandInAnnotations.WantsFull(pod) ? FullStandIn.Of(spec, services.Node.Installation) : spec;
    }

    private static string[]? Command(Container container, IReadOnlyDictionary<string, string> variables)
    {
        if (!StandInAnnotations.IsHostProgram(container))
            return null;
        string[] words = [.. container.Command.Concat(container.Args).Select(word => Expansion.Expand(word, variables))];
        return words.Length > 0 ? words : throw new ContainerConfigException("no command specified");
    }

    private FileSpec[] Files(ClusterResolver cluster, string kernelName)
    {
        var hosts = pod.Spec.HostNetwork
            ? HostsFile.WriteForHostNetwork(pod, services.Hosts)
            : HostsFile.Write(pod, HostName, Addresses, cluster.Domain);
        var resolver = ResolvConf.For(pod, services.Resolver, cluster.Servers, cluster.Domain);
        return
        [
            new FileSpec("/etc/hosts", hosts),
            new FileSpec("/etc/hostname", kernelName + "\n"),
            new FileSpec("/etc/resolv.conf", resolver.ToString()),

            // No resolver service of the host: what a pod finds is what Kubernetes tells it.
            new FileSpec("/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\nprotocols: files\nservices: files\n"),
        ];
    }

    private IEnumerable<MountSpec> Mounts(Container container, IReadOnlyDictionary<string, string> variables)
    {
        foreach (var mount in container.VolumeMounts.AsEnumerable())
        {
            if (!volumes.TryGetValue(mount.Name, out var volume))
                throw new ContainerConfigException($"no volume with name \"{mount.Name}\" found in pod spec");
            var subPath = mount.SubPathExpr is { Length: > 0 } expression ? Expansion.Expand(expression, variables) : mount.SubPath;
            yield return new MountSpec(store.SourceOf(volume, subPath), mount.MountPath, mount.ReadOnly || volume.ReadOnly);
        }
    }
}
