using System.CommandLine;
using Weft.Lab;
using Weft.Lab.Host;
using Weft.Netlink.Namespaces;

namespace Weft.Cli.Commands;

/// <summary><c>weft netns</c>: network namespaces by hand.</summary>
internal static class NetnsCommand
{
    // As `ip netns exec`: /sys shows the interfaces of the namespace in which it was mounted.
    private const string WithOwnSys = "mount -t sysfs sysfs /sys 2>/dev/null; exec \"$@\"";

    public static Command Create() => new("netns", "Make, list, enter and delete network namespaces by hand; without root they live as long as this user has one."
        .WithExample("weft netns add mypod", "weft netns exec mypod -- ip addr", "weft netns delete mypod"))
    {
        Add(), List(), Delete(), Exec(),
    };

    /// <summary>The file that pins a namespace of this name, where standard tools look.</summary>
    public static string PathOf(string name) => name.Contains('/') || name is "" or "." or ".."
        ? throw new UsageException($"'{name}' cannot name a namespace: it is a file name in {NetworkNamespace.NamedFolder}")
        : NetworkNamespace.PathOf(name);

    private static Command Add()
    {
        var name = Name();
        var command = new Command("add", "Make a namespace and keep it.".WithExample("weft netns add mypod")) { name };
        command.SetAction(async (parsed, _) =>
        {
            var path = PathOf(parsed.GetValue(name)!);
            if (!Workbench.IsHere)
                return await Workbench.RunAsync("netns", "add", parsed.GetValue(name)!);
            if (File.Exists(path))
                throw new LabException($"the namespace '{parsed.GetValue(name)}' exists already: `weft netns delete {parsed.GetValue(name)}` removes it");
            NetworkNamespace.CreateNamed(parsed.GetValue(name)!).Dispose();
            return 0;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "List the namespaces.".WithExample("weft netns list"));
        command.Aliases.Add("ls");
        command.SetAction(async (_, _) =>
        {
            if (!Workbench.IsHere)
                return await Workbench.RunAsync("netns", "list");
            foreach (var name in NetworkNamespace.Names())
                Console.WriteLine(name);
            return 0;
        });
        return command;
    }

    private static Command Delete()
    {
        var name = Name();
        var command = new Command("delete", "Delete a namespace; its interfaces go with it.".WithExample("weft netns delete mypod")) { name };
        command.Aliases.Add("del");
        command.SetAction(async (parsed, _) =>
        {
            var path = PathOf(parsed.GetValue(name)!);
            if (!Workbench.IsHere)
                return await Workbench.RunAsync("netns", "delete", parsed.GetValue(name)!);
            if (!File.Exists(path))
                throw new LabException($"there is no namespace '{parsed.GetValue(name)}': `weft netns list` lists them");
            NetworkNamespace.Delete(parsed.GetValue(name)!);
            return 0;
        });
        return command;
    }

    private static Command Exec()
    {
        var name = Name();
        var words = LabOptions.CommandLine();
        var command = new Command("exec", "Run a program inside a namespace.".WithExample("weft netns exec mypod -- ip addr")) { name, words };
        command.SetAction(parsed =>
        {
            var path = PathOf(parsed.GetValue(name)!);
            if (Workbench.IsHere ? !File.Exists(path) : !Workbench.Holds(parsed.GetValue(name)!))
                throw new LabException($"there is no namespace '{parsed.GetValue(name)}': `weft netns add {parsed.GetValue(name)}` makes it");
            IReadOnlyList<string> outer = Workbench.IsHere ? [] : [.. Workbench.Enter(), "--"];
            LabEntry.Become([.. outer, "nsenter", $"--net={path}", "unshare", "--mount", "/bin/sh", "-c", WithOwnSys, "sh", .. parsed.GetValue(words)!]);
            return 0;
        });
        return command;
    }

    private static Argument<string> Name() => new("name") { Description = "The namespace.", HelpName = "NAME" };
}
