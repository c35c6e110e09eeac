using System.Diagnostics;
using System.Runtime.InteropServices;
using Weft.Lab;
using Weft.Lab.Host;

namespace Weft.Cli.Bench;

/// <summary>Runs the inside of a benchmark in namespaces of its own, which end with it, however it ends.</summary>
internal static class BenchNamespaces
{
    // 128 and the signal, as shells tell it.
    private static readonly (PosixSignal Signal, int Code)[] Ends = [(PosixSignal.SIGINT, 130), (PosixSignal.SIGTERM, 143), (PosixSignal.SIGHUP, 129)];

    /// <summary>Runs this program with other arguments as root of new namespaces. Ctrl-C and SIGTERM end all that it started, and with the last process goes what it made.</summary>
    /// <param name="prepare">Shell words that come first.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="userNamespace">Whether a user namespace is one of them; without, it takes root of the machine.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="LabException">The host forbids namespaces, or this is not root.</exception>
    public static int Run(string prepare, IReadOnlyList<string> arguments, bool userNamespace = true)
    {
        string[] command =
        [
            .. NamespaceSupport.Require(userNamespace), "/bin/sh", "-c", $"{prepare} && exec \"$@\"", "sh",
            Installation.Current.Dotnet, Installation.Current.WeftDll, .. arguments,
        ];
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false })!;
        var ended = 0;

        // unshare itself ignores these signals; killed, it takes the first process of the namespaces with it, and that all others.
        var heard = Ends.Select(end => PosixSignalRegistration.Create(end.Signal, context =>
        {
            context.Cancel = true;
            ended = end.Code;
            process.Kill();
        })).ToList();
        process.WaitForExit();
        heard.ForEach(registration => registration.Dispose());
        return ended != 0 ? ended : process.ExitCode;
    }
}
