using System.CommandLine;
using Weft.Lab;
using Weft.Lab.Supervision;

namespace Weft.Cli.Commands;

/// <summary><c>weft supervise</c>: what runs inside a lab; started by <c>weft up</c>, never by hand.</summary>
internal static class SuperviseCommand
{
    public static Command Create()
    {
        var state = new Option<string>("--state") { Required = true };
        var apiFd = new Option<int>("--api-fd") { Required = true };
        var command = new Command("supervise", "The inside of a lab.") { state, apiFd };
        command.Hidden = true;
        command.SetAction((parsed, ct) => Supervisor.RunAsync(LabDirectory.At(parsed.GetValue(state)!), parsed.GetValue(apiFd), ct));
        return command;
    }
}
