using System.CommandLine;
using System.Text;
using Weft.Cni.Protocol;
using Weft.Cni.Runtime;
using Weft.Lab;
using Weft.Lab.Host;

namespace Weft.Cli.Commands;

/// <summary><c>weft cni</c>: the plugins, and calling them by hand as a container runtime does.</summary>
internal static class CniCommand
{
    public static Command Create() => new("cni", "The CNI plugins: install them on a node, and call them by hand as a container runtime does."
        .WithExample("weft cni bin-dir", "weft netns add mypod", "weft cni add -f examples/seed/10-mynet.conf mypod", "weft cni del -f examples/seed/10-mynet.conf mypod"))
    {
        CniInstallCommand.Install(),
        CniInstallCommand.Uninstall(),
        BinDir(),
        OnContainer("add", "Attach a network namespace to the network and print the result.", async (runtime, list, container, ct) =>
        {
            var result = await runtime.AddAsync(list, container, ct);
            return Encoding.UTF8.GetString(CniResultJson.ToBytes(result, list.Version));
        }),
        OnContainer("check", "Verify that the attachment is as ADD left it.", async (runtime, list, container, ct) =>
        {
            await runtime.CheckAsync(list, container, ct);
            return null;
        }),
        OnContainer("del", "Detach the namespace.", async (runtime, list, container, ct) =>
        {
            await runtime.DeleteAsync(list, container, ct);
            return null;
        }),
        OnNetwork("status", "Ask the plugins whether they could serve ADD (CNI 1.1.0).", (runtime, list, ct) => runtime.StatusAsync(list, ct)),
        OnNetwork("gc", "Detach every container that the cache still knows but whose namespace is gone (CNI 1.1.0).", CollectAsync),
    };

    private static Command BinDir()
    {
        var command = new Command("bin-dir", "Print the folder of the built plugins, one entry per plugin name."
            .WithExample("CNI_PATH=$(weft cni bin-dir) cnitool add mynet /run/netns/mypod"));
        command.SetAction(_ =>
        {
            Console.WriteLine(Installation.Current.CniBinDir);
            return 0;
        });
        return command;
    }

    private static Command OnContainer(
        string verb, string description, Func<CniRuntime, NetworkConfigList, ContainerAttachment, CancellationToken, Task<string?>> call)
    {
        var file = Conf();
        var netns = new Argument<string>("netns") { Description = "The namespace: a name below /run/netns, or a path.", HelpName = "NETNS" };
        var ifname = new Option<string>("--ifname") { Description = "Name of the interface inside.", DefaultValueFactory = _ => "eth0", HelpName = "NAME" };
        var id = new Option<string?>("--container-id") { Description = "The container's id; the namespace's name by default.", HelpName = "ID" };
        var command = new Command(verb, description.WithExample($"weft cni {verb} -f examples/seed/10-mynet.conf mypod")) { file, netns, ifname, id };
        command.SetAction(async (parsed, ct) =>
        {
            var name = parsed.GetValue(netns)!;
            if (!Workbench.IsHere)
                return await Workbench.RunAsync(["cni", verb, "-f", Path.GetFullPath(parsed.GetValue(file)!), "--ifname", parsed.GetValue(ifname)!, "--container-id", parsed.GetValue(id) ?? Path.GetFileName(name), name]);
            var path = name.Contains('/') ? name : NetnsCommand.PathOf(name);
            var container = new ContainerAttachment
            {
                ContainerId = parsed.GetValue(id) ?? Path.GetFileName(name),
                Netns = path,
                InterfaceName = parsed.GetValue(ifname)!,
            };
            return await RunAsync(parsed.GetValue(file)!, (runtime, list) => call(runtime, list, container, ct));
        });
        return command;
    }

    private static Command OnNetwork(string verb, string description, Func<CniRuntime, NetworkConfigList, CancellationToken, Task> call)
    {
        var file = Conf();
        var command = new Command(verb, description.WithExample($"weft cni {verb} -f examples/seed/10-mynet.conf")) { file };
        command.SetAction(async (parsed, ct) =>
        {
            if (!Workbench.IsHere)
                return await Workbench.RunAsync("cni", verb, "-f", Path.GetFullPath(parsed.GetValue(file)!));
            return await RunAsync(parsed.GetValue(file)!, async (runtime, list) =>
            {
                await call(runtime, list, ct);
                return null;
            });
        });
        return command;
    }

    private static Option<string> Conf() =>
        new("--file", "-f") { Description = "The network configuration: a .conf or .conflist file.", Required = true, HelpName = "CONF" };

    private static async Task<int> RunAsync(string file, Func<CniRuntime, NetworkConfigList, Task<string?>> call)
    {
        try
        {
            var list = NetworkConfigList.Load(file);
            var runtime = new CniRuntime(new CniRuntimeOptions { PluginDirectories = [Installation.Current.CniBinDir, "/opt/cni/bin", "/usr/lib/cni"] });
            if (await call(runtime, list) is { } output)
                Console.WriteLine(output);
            return 0;
        }
        catch (CniException e)
        {
            Console.Error.WriteLine($"error: {e.Message}{(string.IsNullOrEmpty(e.Details) ? "" : $": {e.Details}")} (CNI code {(int)e.Code})");
            return 1;
        }
    }

    private static Task CollectAsync(CniRuntime runtime, NetworkConfigList list, CancellationToken ct)
    {
        var valid = runtime.Cache.All()
            .Where(cached => cached.Network == list.Name && File.Exists(cached.Container.Netns))
            .Select(cached => cached.Container.Key)
            .ToArray();
        return runtime.CollectGarbageAsync(list, valid, ct);
    }
}
