using System.CommandLine;
using System.Net;
using Weft.ApiServer;
using Weft.Lab;

namespace Weft.Cli.Commands;

/// <summary><c>weft api-server</c>: the embedded API server by itself.</summary>
internal static class ApiServerCommand
{
    public static Command Create()
    {
        var listen = new Option<string>("--listen") { Description = "Address and port.", DefaultValueFactory = _ => "127.0.0.1:6443", HelpName = "ADDR:PORT" };
        var state = new Option<string>("--state") { Description = "Folder for the certificate authority, the token and the store.", Required = true, HelpName = "DIR" };
        var memory = new Option<bool>("--ephemeral") { Description = "Keep objects in memory only." };
        var names = new Option<string[]>("--certificate-name") { Description = "Another DNS name or address that clients use.", HelpName = "NAME" };
        var command = new Command("api-server", "Run the embedded Kubernetes API server by itself, without nodes."
            .WithExample("weft api-server --state ./state --listen 127.0.0.1:6443"))
        {
            listen, state, memory, names,
        };
        command.SetAction(async (parsed, ct) =>
        {
            if (!IPEndPoint.TryParse(parsed.GetValue(listen)!, out var endpoint) || endpoint.Port == 0)
                throw new UsageException($"--listen {parsed.GetValue(listen)} is not an address and a port such as 127.0.0.1:6443");
            var folder = Path.GetFullPath(parsed.GetValue(state)!);
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await using var host = await ApiServerHost.StartAsync(
                new ApiServerOptions
                {
                    StateDirectory = folder,
                    DatabasePath = parsed.GetValue(memory) ? null : Path.Combine(folder, "store.db"),
                    Listen = [endpoint],
                    CertificateNames = [endpoint.Address.ToString(), .. parsed.GetValue(names) ?? []],
                },
                ct);
            var kubeconfig = Path.Combine(folder, "kubeconfig");
            LabDirectory.Write(kubeconfig, host.Kubeconfig($"https://{endpoint}", "weft"));
            Console.Error.WriteLine($"listening on https://{endpoint}; try: kubectl --kubeconfig {kubeconfig} get namespaces");
            await Task.Delay(Timeout.Infinite, ct);
            return 0;
        });
        return command;
    }
}
