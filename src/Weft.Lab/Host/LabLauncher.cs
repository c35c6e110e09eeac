using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weft.Netlink.Libc;

namespace Weft.Lab.Host;

/// <summary>Starts and stops the process tree of a lab from the host's side.</summary>
/// <remarks>
/// A lab is one pid namespace: setsid → unshare → <c>weft-pod init</c> (its pid 1) → supervisor. Whatever of it is killed, the kernel
/// ends the rest, and with the last process go all namespaces, interfaces, rules and mounts.
/// </remarks>
public static class LabLauncher
{
    // Only what hangs comes to it: a supervisor that ends is noticed at once. Three minutes are what an emulated machine with other work takes.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(60);

    /// <summary>Starts a lab and returns when its control socket answers.</summary>
    /// <exception cref="LabException">The host cannot hold a lab, or the supervisor ended; nothing is left then.</exception>
    public static async Task StartAsync(LabDirectory lab, LabSpec spec, CancellationToken ct)
    {
        if (Installation.Current.Missing() is { } missing)
            throw new LabException($"{missing} is missing: run ./weft from the checkout, it builds what is needed");
        var spaces = NamespaceSupport.Require(spec.UserNamespace);

        using var api = ListenOnLoopback(spec.ApiPort);
        spec = spec with { ApiPort = ((IPEndPoint)api.LocalEndPoint!).Port };
        lab.Create();
        File.Delete(lab.ErrorFile);
        File.Delete(lab.ControlSocket);
        lab.Write(spec);

        using var process = Launch(lab, spaces, api);
        try
        {
            var outermost = HostProcess.Identify(process.Id) ?? throw new LabException($"the lab ended while it started: {LastLines(lab.SupervisorLog)}");
            lab.Write(outermost);
            await WaitForControlAsync(lab, process, ct).ConfigureAwait(false);
            lab.Write(outermost with { Init = InitOf(outermost) });
        }
        catch
        {
            await StopAsync(lab).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends a lab's processes, politely first; returns when the last one is gone.</summary>
    public static async Task StopAsync(LabDirectory lab)
    {
        if (lab.ReadProcess() is not { } outermost)
            return;
        var init = outermost.Init ?? InitOf(outermost);
        if (IsAlive(init))
        {
            Processes.Kill(init!.Pid, Processes.SigTerm);
            if (await GoneWithinAsync(outermost, init, StopLimit).ConfigureAwait(false))
                return;
            if (IsAlive(init))
                Processes.Kill(init.Pid, Processes.SigKill);
        }

        if (IsAlive(outermost))
            Processes.Kill(outermost.Pid, Processes.SigKill);
        if (!await GoneWithinAsync(outermost, init, KillLimit).ConfigureAwait(false))
            throw new LabException($"process {(init ?? outermost).Pid} of lab '{lab.Name}' does not end, not even by SIGKILL: look at /proc/{(init ?? outermost).Pid}/stack");
    }

    private static LabProcessInfo? InitOf(LabProcessInfo outermost) =>
        IsAlive(outermost) && HostProcess.FirstChild(outermost.Pid) is { } init ? HostProcess.Identify(init) : null;

    private static bool IsAlive(LabProcessInfo? process) => process is not null && HostProcess.IsAlive(process);

    private static async Task<bool> GoneWithinAsync(LabProcessInfo outermost, LabProcessInfo? init, TimeSpan limit)
    {
        for (var clock = Stopwatch.StartNew(); IsAlive(init) || IsAlive(outermost); await Task.Delay(10).ConfigureAwait(false))
        {
            if (clock.Elapsed > limit)
                return false;
        }

        return true;
    }

    private static Socket ListenOnLoopback(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(512);
            return socket;
        }
        catch (SocketException e) when (port != 0 && e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            socket.Listen(512);
            return socket;
        }
    }

    private static Process Launch(LabDirectory lab, IReadOnlyList<string> spaces, Socket api)
    {
        var installation = Installation.Current;
        var fd = (int)api.Handle;
        Descriptors.SetCloseOnExec(fd, close: false);
        string[] command =
        [
            "setsid", .. spaces, installation.PodBinary, "init", "--",
            installation.Dotnet, installation.WeftDll, "supervise", "--state", lab.Path, "--api-fd", fd.ToString(CultureInfo.InvariantCulture),
        ];
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/", UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1");
        start.ArgumentList.Add("weft");
        start.ArgumentList.Add(lab.SupervisorLog);
        foreach (var word in command)
            start.ArgumentList.Add(word);
        start.Environment["WEFT_INSTALLATION"] = installation.Root;
        // Its files in /tmp would outlive runtimes that the kernel ends.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return Process.Start(start)!;
    }

    private static async Task WaitForControlAsync(LabDirectory lab, Process process, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            if (File.Exists(lab.ErrorFile))
                throw new LabException((await File.ReadAllTextAsync(lab.ErrorFile, ct).ConfigureAwait(false)).Trim());
            if (process.HasExited)
                throw new LabException($"the lab ended while it started: {LastLines(lab.SupervisorLog)}");
            if (File.Exists(lab.ControlSocket))
                return;
            if (clock.Elapsed > StartLimit)
                throw new LabException($"the lab did not start within {StartLimit.TotalSeconds:0} s: {LastLines(lab.SupervisorLog)}");
            await Task.Delay(5, ct).ConfigureAwait(false);
        }
    }

    private static string LastLines(string log)
    {
        var lines = File.Exists(log) ? File.ReadAllLines(log) : [];
        return lines.Length == 0 ? "it said nothing" : string.Join(Environment.NewLine, lines.TakeLast(5));
    }
}
