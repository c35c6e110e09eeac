using System.CommandLine;
using Weft.Lab.StandIns;

namespace Weft.Cli.Commands;

/// <summary><c>weft stand-in</c>: what runs in a container with the annotation <c>weft/stand-in: full</c>; started by its init, never by hand.</summary>
internal static class StandInCommand
{
    public static Command Create()
    {
        var orders = new Argument<string>("FILE") { Description = "What to be: the container's specification, JSON." };
        var line = new Option<int?>("--line");
        var command = new Command("stand-in", "The larger stand-in of a container.") { orders, line };
        command.Hidden = true;
        command.SetAction((parsed, ct) => FullStandInProgram.RunAsync(parsed.GetValue(orders)!, parsed.GetValue(line), ct));
        return command;
    }
}
