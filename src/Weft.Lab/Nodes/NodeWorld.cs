using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Weft.Lab.Host;
using Weft.Netlink.Libc;

namespace Weft.Lab.Nodes;

/// <summary>A node's namespaces, held by <c>weft-pod node</c>, which util-linux's unshare starts as PID 1.</summary>
internal sealed class NodeWorld : IAsyncDisposable
{
    private const string Ready = "ready";
    private readonly Process _unshare;

    private NodeWorld(Process unshare, int initPid)
    {
        _unshare = unshare;
        InitPid = initPid;
        Ended = unshare.WaitForExitAsync();
    }

    /// <summary>Process id of the init, in our pid namespace.</summary>
    public int InitPid { get; }

    /// <summary>Completes when the init has ended.</summary>
    public Task Ended { get; }

    /// <summary>Makes the namespaces and the node's file system.</summary>
    public static async Task<NodeWorld> StartAsync(LabNodeOptions options, CancellationToken ct)
    {
        var unshare = Launch(options);
        try
        {
            // One line: "ready", or what went wrong.
            var line = await unshare.StandardOutput.ReadLineAsync(ct).ConfigureAwait(false);
            if (line == Ready && HostProcess.FirstChild(unshare.Id) is { } init)
                return new NodeWorld(unshare, init);
            throw new LabNodeException($"node {options.Name}: {line ?? "its init ended at once: are unprivileged user namespaces allowed? `weft doctor` tells"}");
        }
        catch
        {
            unshare.Kill();
            unshare.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The init follows by its parent-death signal; unshare complains when it is the other way round.
        Processes.Kill(_unshare.Id, Processes.SigKill);
        await Ended.ConfigureAwait(false);
        while (File.Exists($"/proc/{InitPid.ToString(CultureInfo.InvariantCulture)}/ns/net"))
            await Task.Delay(1).ConfigureAwait(false);
        _unshare.Dispose();
    }

    private static Process Launch(LabNodeOptions options)
    {
        string[] arguments =
        [
            "--net", "--mount", "--pid", "--uts", "--fork", "--kill-child", "--mount-proc", "--",
            options.Installation.PodBinary, "node", options.Name, options.CniBinDir, options.StateDirectory, options.Installation.Root,
        ];
        try
        {
            return Process.Start(new ProcessStartInfo("unshare", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true })!;
        }
        catch (Win32Exception e)
        {
            throw new LabNodeException($"node {options.Name}: cannot start unshare ({e.Message}): install util-linux", e);
        }
    }
}
