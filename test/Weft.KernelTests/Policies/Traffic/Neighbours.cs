using System.Diagnostics;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Policies.Traffic;

/// <summary>What machines know of the links they are on.</summary>
internal static class Neighbours
{
    /// <summary>Forgets all link addresses that were learned.</summary>
    public static void Forget(NetworkNamespace where) => where.Run(() =>
    {
        using var process = Process.Start(new ProcessStartInfo("ip", ["neigh", "flush", "all"]) { UseShellExecute = false })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    });
}
