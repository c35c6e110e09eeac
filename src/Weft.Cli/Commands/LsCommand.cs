using System.CommandLine;
using System.Globalization;
using Weft.Cli.Output;
using Weft.Lab;
using Weft.Lab.Host;

namespace Weft.Cli.Commands;

/// <summary><c>weft ls</c>: the labs of this user.</summary>
internal static class LsCommand
{
    public static Command Create()
    {
        var command = new Command("ls", "List the labs.".WithExample("weft ls"));
        command.SetAction(_ =>
        {
            var labs = LabDirectory.All();
            if (labs.Count == 0)
                Console.Error.WriteLine("no labs: `weft up examples/hello` starts one");
            else
                Table(labs).Write(Console.Out);
            return 0;
        });
        return command;
    }

    private static TextTable Table(IReadOnlyList<LabDirectory> labs)
    {
        var table = new TextTable("NAME", "STATUS", "NODES", "API SERVER", "AGE");
        foreach (var lab in labs)
        {
            try
            {
                var spec = lab.ReadSpec();
                var process = lab.ReadProcess();
                var status = process is null ? "stopped" : HostProcess.IsAlive(process) ? "running" : "dead";
                table.Add(
                    lab.Name,
                    status,
                    spec?.Nodes.ToString(CultureInfo.InvariantCulture),
                    status == "running" ? $"https://127.0.0.1:{spec?.ApiPort}" : null,
                    process is null ? null : Age.Since(process.StartedAt));
            }
            catch (LabException)
            {
                table.Add(lab.Name, "damaged", null, null, null);
            }
        }

        return table;
    }
}
