using System.Globalization;
using System.Runtime.InteropServices;
using Weft.Kubernetes;
using Weft.Lab.Nodes;

namespace Weft.Lab.Pods.Registration;

/// <summary>What a node says of itself, as a kubelet words it.</summary>
internal static class NodeObject
{
    /// <summary>The object to register: name and labels.</summary>
    public static Node Create(string name, IReadOnlyDictionary<string, string> labels)
    {
        var all = StringMap.Of(
            ("beta.kubernetes.io/arch", Architecture), ("beta.kubernetes.io/os", "linux"), ("kubernetes.io/arch", Architecture),
            ("kubernetes.io/hostname", name), ("kubernetes.io/os", "linux"));
        foreach (var (key, value) in labels)
            all = all.With(key, value);
        return new Node { Metadata = new ObjectMeta { Name = name, Labels = all } };
    }

    /// <summary>The status that follows <paramref name="former"/>.</summary>
    /// <param name="hasNetwork">Whether the node has a CNI configuration.</param>
    public static NodeStatus Status(NodeStatus former, LabNode node, string version, bool hasNetwork, DateTimeOffset now)
    {
        var resources = Resources();
        return former with
        {
            Addresses = [.. node.Addresses.Select(address => new NodeAddress("InternalIP", address.ToString())), new NodeAddress("Hostname", node.Name)],
            Capacity = resources,
            Allocatable = resources,
            NodeInfo = Info(version),
            Conditions = former.Conditions
                .With(Fine("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available", now), now)
                .With(Fine("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure", now), now)
                .With(Fine("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available", now), now)
                .With(Ready(hasNetwork, now), now),
        };
    }

    private static string Architecture => RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";

    private static Condition Fine(string type, string reason, string message, DateTimeOffset now) =>
        new() { Type = type, Status = "False", Reason = reason, Message = message, LastHeartbeatTime = now };

    private static Condition Ready(bool hasNetwork, DateTimeOffset now) => hasNetwork
        ? new() { Type = "Ready", Status = "True", Reason = "KubeletReady", Message = "kubelet is posting ready status", LastHeartbeatTime = now }
        : new()
        {
            Type = "Ready",
            Status = "False",
            Reason = "KubeletNotReady",
            Message = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
            LastHeartbeatTime = now,
        };

    private static StringMap Resources() => StringMap.Of(
        ("cpu", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)),
        ("memory", string.Create(CultureInfo.InvariantCulture, $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024}Ki")),
        ("ephemeral-storage", string.Create(CultureInfo.InvariantCulture, $"{new DriveInfo("/").TotalSize / 1024}Ki")),
        ("pods", "110"));

    private static NodeSystemInfo Info(string version) => new()
    {
        KernelVersion = Environment.OSVersion.Version.ToString(),
        OsImage = RuntimeInformation.OSDescription,
        ContainerRuntimeVersion = $"weft://{Installation.Version.Split('+')[0]}",
        KubeletVersion = version,
        OperatingSystem = "linux",
        Architecture = Architecture,
        BootID = ReadLine("/proc/sys/kernel/random/boot_id"),
        MachineID = ReadLine("/etc/machine-id"),
    };

    private static string ReadLine(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
