using System.Globalization;
using Weft.Lab;
using Weft.Lab.Host;

namespace Weft.Cli.Bench;

/// <summary>ADD and DEL of bridge with host-local, in turn with the reference plugins, in namespaces of its own.</summary>
internal static class CniBench
{
    private const string Reference = "/usr/lib/cni";

    public static async Task<IReadOnlyList<Figure>> RunAsync(int count, CancellationToken ct)
    {
        string[] folders = File.Exists(Path.Combine(Reference, "bridge")) ? [Installation.Current.CniBinDir, Reference] : [Installation.Current.CniBinDir];
        const string prepare = "mount -t tmpfs tmpfs /run && mkdir /run/netns && mount -t tmpfs tmpfs /var/lib && mount -t tmpfs tmpfs /sys 2>/dev/null; mount -t sysfs sysfs /sys; exec \"$@\"";
        string[] command =
        [
            .. NamespaceSupport.Require(userNamespace: true), "/bin/sh", "-c", prepare, "sh",
            Installation.Current.Dotnet, Installation.Current.WeftDll, "bench", "cni-loop", "--runs", count.ToString(CultureInfo.InvariantCulture), .. folders,
        ];
        var (output, _) = await Tool.RunAsync(command, input: null, ct);
        var medians = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        var ours = medians[0];
        if (medians.Length == 1)
        {
            Console.Error.WriteLine($"note: no reference plugins in {Reference} (package containernetworking-plugins): nothing to compare with");
            return [Figure.Told("bridge+host-local ADD", ours[0], "ms"), Figure.Told("bridge+host-local DEL", ours[1], "ms")];
        }

        return
        [
            Figure.Told("bridge+host-local ADD", ours[0], "ms"),
            Figure.Told("the same, reference plugins", medians[1][0], "ms"),
            Figure.AtMost("ADD, ratio to the reference", ours[2], 1, "×"),
            Figure.Told("bridge+host-local DEL", ours[1], "ms"),
            Figure.Told("the same, reference plugins", medians[1][1], "ms"),
            Figure.AtMost("DEL, ratio to the reference", ours[3], 1, "×"),
        ];
    }
}
