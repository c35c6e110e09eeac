using System.CommandLine;
using Weft.Lab;

namespace Weft.Cli.Commands;

/// <summary><c>weft kubeconfig</c>: where the kubeconfig of a lab lies.</summary>
internal static class KubeconfigCommand
{
    public static Command Create()
    {
        var name = LabOptions.Name();
        var command = new Command("kubeconfig", "Print the path of a kubeconfig that any Kubernetes client can use."
            .WithExample("kubectl --kubeconfig $(weft kubeconfig) get pods -A -o wide"))
        {
            name,
        };
        command.SetAction(parsed =>
        {
            var lab = parsed.Lab(name);
            if (!File.Exists(lab.Kubeconfig))
                throw new LabException($"there is no running lab '{lab.Name}': `weft up` starts one, `weft ls` lists them");
            Console.WriteLine(lab.Kubeconfig);
            return 0;
        });
        return command;
    }
}
