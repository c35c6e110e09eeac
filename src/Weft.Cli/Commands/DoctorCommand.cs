using System.CommandLine;
using Weft.Lab;
using Weft.Lab.Host;

namespace Weft.Cli.Commands;

/// <summary><c>weft doctor</c>: what this host lacks or has left over.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Say what this host lacks for a lab, and what earlier labs left over.".WithExample("weft doctor"));
        command.SetAction(_ =>
        {
            var problems = 0;
            foreach (var (what, check) in Checks())
            {
                var problem = check();
                problems += problem is null ? 0 : 1;
                Console.WriteLine(problem is null ? $"ok       {what}" : $"problem  {what}: {problem}");
            }

            return problems == 0 ? 0 : 1;
        });
        return command;
    }

    private static IEnumerable<(string What, Func<string?> Check)> Checks()
    {
        yield return ("programs and namespaces", Namespaces);
        yield return ("built programs", () => Installation.Current.Missing() is { } missing ? $"{missing} is missing, run ./weft from the checkout" : null);
        foreach (var lab in LabDirectory.All())
            yield return ($"lab '{lab.Name}'", () => Leftover(lab));
    }

    private static string? Namespaces()
    {
        try
        {
            NamespaceSupport.Require(userNamespace: true);
            return null;
        }
        catch (LabException e)
        {
            return e.Message;
        }
    }

    private static string? Leftover(LabDirectory lab)
    {
        try
        {
            return lab.ReadProcess() is { } process && !HostProcess.IsAlive(process)
                ? $"it died and left {lab.Path}: `weft down --name {lab.Name}` removes it"
                : null;
        }
        catch (LabException e)
        {
            return e.Message;
        }
    }
}
