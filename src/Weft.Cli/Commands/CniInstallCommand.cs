using System.CommandLine;
using Weft.Cni.Installing;
using Weft.Lab;
using Weft.Model.Nodes;

namespace Weft.Cli.Commands;

/// <summary><c>weft cni install</c> and <c>weft cni uninstall</c>: the plugins where a container runtime looks.</summary>
internal static class CniInstallCommand
{
    public static Command Install()
    {
        var (binDir, confDir) = (BinDir(), ConfDir());
        var force = new Option<bool>("--force") { Description = "Replace plugins of the same names that are not ours; they are kept, and put back by uninstall." };
        var command = new Command("install", "Put the CNI plugins where the container runtime of this node looks, or bring them up to date."
            .WithExample("weft cni install", "weft cni install --bin-dir /host/opt/cni/bin --conf-dir /host/etc/cni/net.d"))
        {
            binDir, confDir, force,
        };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(binDir)!;
            Print(folder, OnDisk(folder, () => new PluginFolder(folder).Install(Binary(), parsed.GetValue(force))));
            NameConfiguration(parsed.GetValue(confDir)!);
            return 0;
        });
        return command;
    }

    public static Command Uninstall()
    {
        var (binDir, confDir) = (BinDir(), ConfDir());
        var command = new Command("uninstall", "Remove the CNI plugins and the configuration that name them. Stop the node agent first: it writes the configuration again."
            .WithExample("weft cni uninstall"))
        {
            binDir, confDir,
        };
        command.SetAction(parsed =>
        {
            var (folder, file) = (parsed.GetValue(binDir)!, Path.Combine(parsed.GetValue(confDir)!, CniFile.Name));

            // The configuration goes first: a runtime without one waits, one without plugins fails.
            if (File.Exists(file))
            {
                OnDisk(file, () => { File.Delete(file); return 0; });
                Console.WriteLine($"{file} removed");
            }

            Print(folder, OnDisk(folder, () => new PluginFolder(folder).Uninstall()));
            return 0;
        });
        return command;
    }

    private static string Binary()
    {
        var binary = Path.Combine(Installation.Current.CniBinDir, PluginFolder.BinaryName);
        if (!File.Exists(binary))
            throw new LabException($"{binary} is missing: build the checkout by ./build.sh");
        return !File.Exists(binary + ".dll")
            ? binary
            : throw new LabException($"{binary} was built without a C linker and needs files beside it: install clang or gcc, then WEFT_REBUILD=1 ./build.sh");
    }

    private static void Print(string folder, IReadOnlyList<PluginChange> changes)
    {
        foreach (var (name, outcome) in changes)
            Console.WriteLine($"{Path.Combine(folder, name)} {Say(outcome)}");
    }

    private static string Say(PluginOutcome outcome) => outcome switch
    {
        PluginOutcome.Installed => "installed",
        PluginOutcome.Updated => "up to date",
        PluginOutcome.Replaced => "installed; the one of somebody else is kept beside it",
        PluginOutcome.LeftAlone => "left alone: it is not ours (install --force replaces it)",
        PluginOutcome.Restored => "removed; the one that was there before is back",
        _ => "removed",
    };

    /// <summary>Runtimes take the first file of the folder, so one that sorts before ours keeps ours from being used.</summary>
    private static void NameConfiguration(string confDir)
    {
        var first = Directory.Exists(confDir)
            ? Directory.EnumerateFiles(confDir).Select(file => Path.GetFileName(file)!).Where(IsConfiguration).Order(StringComparer.Ordinal).FirstOrDefault()
            : null;
        if (first is not null && string.CompareOrdinal(first, CniFile.Name) < 0)
            Console.Error.WriteLine($"note: {Path.Combine(confDir, first)} comes before {CniFile.Name}, so the runtime uses that network: remove one of the two");
        else if (first != CniFile.Name)
            Console.Error.WriteLine($"the node agent writes {Path.Combine(confDir, CniFile.Name)} once the node's network stands: `weft node run`");
    }

    private static bool IsConfiguration(string file) => Path.GetExtension(file) is ".conf" or ".conflist" or ".json" && !file.StartsWith('.');

    private static T OnDisk<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"{path} cannot be changed: {e.Message}", e);
        }
    }

    private static Option<string> BinDir() =>
        new("--bin-dir") { Description = "Where the runtime looks for plugins.", DefaultValueFactory = _ => "/opt/cni/bin", HelpName = "DIR" };

    private static Option<string> ConfDir() =>
        new("--conf-dir") { Description = "Where the runtime looks for its network.", DefaultValueFactory = _ => "/etc/cni/net.d", HelpName = "DIR" };
}
