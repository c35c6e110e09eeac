using System.CommandLine;
using Weft.Lab;
using Weft.Lab.Host;

namespace Weft.Cli.Commands;

/// <summary><c>weft down</c>: stop a lab and leave nothing behind.</summary>
internal static class DownCommand
{
    public static Command Create()
    {
        var name = LabOptions.Name();
        var all = new Option<bool>("--all") { Description = "Every lab of this user." };
        var purge = new Option<bool>("--purge") { Description = "Also the state that `up --keep` would continue from." };
        var command = new Command("down", "Stop the lab; no process, namespace, interface, rule, mount or file is left."
            .WithExample("weft down", "weft down --all"))
        {
            name, all, purge,
        };
        command.SetAction(async (parsed, _) =>
        {
            var labs = parsed.GetValue(all) ? LabDirectory.All() : [parsed.Lab(name)];
            foreach (var lab in labs)
                await StopAsync(lab, parsed.GetValue(purge));
            return 0;
        });
        return command;
    }

    private static async Task StopAsync(LabDirectory lab, bool purge)
    {
        if (!Directory.Exists(lab.Path))
        {
            Console.Error.WriteLine($"there is no lab '{lab.Name}'");
            return;
        }

        using var mutex = LabLock.Take(lab);
        await LabLauncher.StopAsync(lab);
        var keep = !purge && KeepsItsState(lab);
        lab.Remove(keepStore: keep);
        Console.Error.WriteLine(keep ? $"lab '{lab.Name}' is stopped; its state is kept in {lab.Path}" : $"lab '{lab.Name}' is gone");
    }

    private static bool KeepsItsState(LabDirectory lab)
    {
        try
        {
            return lab.ReadSpec()?.Keep ?? false;
        }
        catch (LabException)
        {
            return false;
        }
    }
}
