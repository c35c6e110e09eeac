using System.Diagnostics;
using System.Globalization;

namespace Weft.Lab.Host;

/// <summary>Where a user without root keeps network namespaces by hand: one idle process with namespaces of its own.</summary>
/// <remarks>Root needs none: its namespaces lie in <c>/run/netns</c>, where <c>ip netns</c> looks.</remarks>
public static class Workbench
{
    // Plugins keep leases and results in /var/lib/cni, which an ordinary user cannot make: a layer of the workbench's own lies over it.
    private const string Prepare = """
        mount -t tmpfs tmpfs /run && mkdir /run/netns /run/upper /run/work && mount -t sysfs sysfs /sys
        mount -t overlay -o lowerdir=/var/lib,upperdir=/run/upper,workdir=/run/work,userxattr overlay /var/lib || mount -t tmpfs tmpfs /var/lib
        mkdir -p /var/lib/cni && mount -t tmpfs tmpfs /var/lib/cni
        exec "$@"
        """;

    private static string Folder => Path.Combine(LabDirectory.Home, "netns");

    /// <summary>Whether this process may make namespaces right here.</summary>
    public static bool IsHere => Environment.IsPrivilegedProcess;

    /// <summary>Words that enter the workbench; starts it when it does not run.</summary>
    /// <exception cref="LabException">The host forbids user namespaces.</exception>
    public static IReadOnlyList<string> Enter()
    {
        var lab = LabDirectory.At(Folder);
        if (lab.ReadProcess() is not { } process || !HostProcess.IsAlive(process))
            process = Start(lab);
        return ["nsenter", "--target", Init(process).ToString(CultureInfo.InvariantCulture), "--user", "--preserve-credentials", "--net", "--mount", "--pid"];
    }

    /// <summary>Whether the workbench holds a namespace of this name.</summary>
    public static bool Holds(string name) =>
        LabDirectory.At(Folder).ReadProcess() is { } process && HostProcess.IsAlive(process)
        && File.Exists($"/proc/{Init(process)}/root/run/netns/{name}");

    /// <summary>Runs this program with <paramref name="arguments"/> inside the workbench, which ends when it then holds no namespace.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(params string[] arguments)
    {
        var installation = Installation.Current;
        string[] command = [.. Enter(), "--", installation.Dotnet, installation.WeftDll, .. arguments];
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false })!;
        await process.WaitForExitAsync().ConfigureAwait(false);
        if (IsEmpty)
            await StopAsync().ConfigureAwait(false);
        return process.ExitCode;
    }

    private static bool IsEmpty =>
        LabDirectory.At(Folder).ReadProcess() is not { } process || !HostProcess.IsAlive(process)
        || !Directory.EnumerateFiles($"/proc/{Init(process)}/root/run/netns").Any();

    private static async Task StopAsync()
    {
        var lab = LabDirectory.At(Folder);
        await LabLauncher.StopAsync(lab).ConfigureAwait(false);
        lab.Remove();
    }

    private static LabProcessInfo Start(LabDirectory lab)
    {
        lab.Create();
        string[] command =
        [
            .. NamespaceSupport.Require(userNamespace: true), "/bin/sh", "-c", Prepare, "sh", Installation.Current.PodBinary, "init",
        ];
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" </dev/null >/dev/null 2>&1", "sh", "setsid", .. command])
        {
            WorkingDirectory = "/",
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var info = new LabProcessInfo(process.Id, HostProcess.StartTime(process.Id) ?? 0, TimeProvider.System.GetUtcNow());
        lab.Write(info);
        var limit = Stopwatch.StartNew();
        while (!Directory.Exists($"/proc/{Init(info)}/root/run/netns"))
        {
            if (process.HasExited || limit.Elapsed > TimeSpan.FromSeconds(60))
                throw new LabException("the namespaces by hand could not be started: `weft doctor` says what this host lacks");
            Thread.Sleep(2);
        }

        info = info with { Init = HostProcess.Identify(Init(info)) };
        lab.Write(info);
        return info;
    }

    private static int Init(LabProcessInfo process) => HostProcess.FirstChild(process.Pid) ?? 0;
}
