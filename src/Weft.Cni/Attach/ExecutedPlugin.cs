using System.Text;
using Microsoft.Win32.SafeHandles;
using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Netlink.Libc;

namespace Weft.Cni.Attach;

/// <summary>A plugin of somebody else, called by executing it (specification, "Plugin Delegation").</summary>
internal sealed class ExecutedPlugin(string type, string path) : ICniPlugin
{
    /// <inheritdoc/>
    public CniResult Add(PluginRequest request) => CniResultJson.Read(Execute("ADD", request), request.Version);

    /// <inheritdoc/>
    public void Check(PluginRequest request) => Execute("CHECK", request);

    /// <inheritdoc/>
    public void Delete(PluginRequest request) => Execute("DEL", request);

    /// <inheritdoc/>
    public void CollectGarbage(PluginRequest request) => Execute("GC", request);

    /// <inheritdoc/>
    public void Status(PluginRequest request) => Execute("STATUS", request);

    private byte[] Execute(string command, PluginRequest request)
    {
        var (outputEnd, childOutput) = Descriptors.Pipe();
        var (childInput, inputEnd) = Descriptors.Pipe();
        int child;
        using (childOutput)
        using (childInput)
            child = Spawner.Start([path], Environment(command, request), [(childInput.Value, 0), (childOutput.Value, 1)]);
        var feeding = new Thread(() => Feed(inputEnd, request.ConfigBytes)) { IsBackground = true };
        feeding.Start();
        var answer = ReadAll(outputEnd);
        var status = Processes.Wait(child);
        if (status is { ExitCode: 0 })
            return answer;
        throw CniJson.ReadError(answer)
            ?? CniException.Internal($"plugin \"{type}\" ({command}) ended with exit code {status?.ExitCode}: {Encoding.UTF8.GetString(answer).Trim()}");
    }

    private static List<string> Environment(string command, PluginRequest request)
    {
        var variables = new List<string>
        {
            $"CNI_COMMAND={command}",
            $"CNI_CONTAINERID={request.ContainerId}",
            $"CNI_NETNS={request.Netns}",
            $"CNI_IFNAME={request.InterfaceName}",
            $"CNI_ARGS={request.ArgumentsText}",
            $"CNI_PATH={request.SearchPath}",
        };
        foreach (var variable in Processes.Environment())
        {
            if (!variable.StartsWith("CNI_", StringComparison.Ordinal))
                variables.Add(variable);
        }

        return variables;
    }

    private static void Feed(SafeFd end, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var stream = Open(end, FileAccess.Write);
            stream.Write(bytes.Span);
        }
        catch (IOException)
        {
            // It ended without reading; its exit code says why.
        }
    }

    private static FileStream Open(SafeFd end, FileAccess access) => new(new SafeFileHandle(end.Release(), ownsHandle: true), access, bufferSize: 0);

    private static byte[] ReadAll(SafeFd end)
    {
        using var stream = Open(end, FileAccess.Read);
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }
}
